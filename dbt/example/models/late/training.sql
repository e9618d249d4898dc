select e.*
from {{ ref("examples") }} as e
where e.scheduled_at < '{{ var("holdout_from") }}'
