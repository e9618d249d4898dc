#!/usr/bin/env Rscript
# Tables and golden values of test/sql/fit_r.sql, to paste there: R and the packages that come with it or
# with Debian as the reference.  R 4.2.2, MASS 7.3-58.2, nnet 7.3-18, quantreg 5.94, glmnet 4.1-6,
# sandwich 3.0-2 (Debian 12: r-base-core, r-recommended, r-cran-quantreg, r-cran-glmnet,
# r-cran-sandwich).  Run: Rscript linear_r.R
suppressMessages({library(MASS); library(nnet); library(quantreg); library(glmnet); library(sandwich)})
options(digits = 17, warn = -1)

number <- function(v) ifelse(is.na(v), "NULL", sprintf("%.15g", v))
quote_ <- function(v) paste0("'", gsub("'", "''", v), "'")

# The rows of a data frame as a table; integers stay integers, factors become text.
table_ <- function(name, frame) {
	types <- sapply(frame, function(v) if (is.numeric(v)) "float8" else "text")
	cat("CREATE TABLE ", name, " (", paste(names(frame), types, collapse = ", "), ");\n", sep = "")
	cat("INSERT INTO ", name, " VALUES\n", sep = "")
	cells <- sapply(frame, function(v) if (is.numeric(v)) sapply(v, function(x) format(x, digits = 15)) else quote_(as.character(v)))
	cat(paste0("\t(", apply(cells, 1, paste, collapse = ", "), ")", collapse = ",\n"), ";\n", sep = "")
}

golden <- character()
facts <- character()
terms_of <- function(names) {
	names[names == "(Intercept)"] <- "(intercept)"
	for (f in c("wool", "tension", "district", "cars", "age", "race", "Eth", "Sex", "Lrn"))
		names <- sub(paste0("^", f, "(?=[A-Zg<>0-9a-z]+$)"), paste0(f, " = "), names, perl = TRUE)
	names
}
put <- function(model, table, class = NULL) {
	golden <<- c(golden, paste0("\t(", quote_(model), ", ", quote_(terms_of(rownames(table))), ", ",
		number(table[, 1]), ", ", number(table[, 2]), ", ", number(table[, 3]), ", ", number(table[, 4]), ", ",
		if (is.null(class)) "NULL" else quote_(class), ")"))
}
say <- function(model, ...) {
	values <- c(...)
	facts <<- c(facts, paste0("\t(", quote_(model), ", ", quote_(names(values)), ", ", number(values), ")"))
}
# Student's t or z by the covariance that is given.
by <- function(fit, covariance, degrees = Inf) {
	error <- sqrt(diag(covariance))
	t <- coef(fit) / error
	cbind(coef(fit), error, t, 2 * pt(-abs(t), degrees))
}

cars <- mtcars[, c("mpg", "cyl", "disp", "hp", "drat", "wt", "qsec")]
breaks_ <- data.frame(breaks = warpbreaks$breaks, wool = as.character(warpbreaks$wool),
	tension = as.character(warpbreaks$tension)) # text: the levels in the order of their names
claims <- data.frame(claims = Insurance$Claims, district = paste0("d", Insurance$District),
	cars = paste0("g", as.integer(Insurance$Group)), age = paste0("a", as.integer(Insurance$Age)),
	exposure = log(Insurance$Holders))
births <- data.frame(low = birthwt$low, age = birthwt$age, lwt = birthwt$lwt, smoke = birthwt$smoke, ht = birthwt$ht,
	race = paste0("r", birthwt$race))
data(engel)
food <- data.frame(income = engel$income, foodexp = engel$foodexp)
days <- data.frame(days = quine$Days + 1, eth = quine$Eth, sex = quine$Sex)

# Linear regression: lm, summary, anova's F, AIC (R counts the variance too), vcovHC.
fit <- lm(mpg ~ ., cars)
put("lm", summary(fit)$coefficients)
s <- summary(fit)
say("lm", r_squared = s$r.squared, adjusted_r_squared = s$adj.r.squared, f_statistic = s$fstatistic[[1]],
	log_likelihood = as.numeric(logLik(fit)), aic = AIC(fit) - 2, bic = BIC(fit) - log(nrow(cars)), degrees_of_freedom = fit$df.residual)
for (type in c("HC0", "HC1", "HC2", "HC3"))
	put(paste("lm", type), by(fit, vcovHC(fit, type = type), fit$df.residual))
interval <- predict(fit, cars[1, ], interval = "confidence", se.fit = TRUE)
observation <- predict(fit, cars[1, ], interval = "prediction")
say("lm interval", prediction = interval$fit[[1]], std_error = interval$se.fit[[1]], mean_low = interval$fit[[2]],
	mean_high = interval$fit[[3]], observation_low = observation[[2]], observation_high = observation[[3]])
fit <- lm(mpg ~ . - 1, cars)
put("lm origin", summary(fit)$coefficients)
say("lm origin", f_statistic = summary(fit)$fstatistic[[1]], r_squared = summary(fit)$r.squared)
fit <- lm(mpg ~ disp + hp, cars, weights = wt)
put("lm weighted", summary(fit)$coefficients)

# Generalised linear models: glm, summary (dispersion by Pearson), vcovHC.
exact <- glm.control(epsilon = 1e-15, maxit = 200)
general <- function(name, fit) {
	s <- summary(fit)
	put(name, s$coefficients)
	facts_ <- c(deviance = fit$deviance, null_deviance = fit$null.deviance, dispersion = s$dispersion)
	if (fit$family$family %in% c("poisson", "binomial"))
		facts_ <- c(facts_, aic = AIC(fit), bic = BIC(fit), log_likelihood = as.numeric(logLik(fit)))
	do.call(say, c(list(name), as.list(facts_)))
	for (type in c("HC0", "HC1", "HC2", "HC3"))
		put(paste(name, type), by(fit, vcovHC(fit, type = type), if (fit$family$family == "Gamma") fit$df.residual else Inf))
}
counts <- glm(breaks ~ wool + tension, poisson, breaks_, control = exact)
general("poisson", counts)
general("poisson sqrt", glm(breaks ~ wool + tension, poisson("sqrt"), breaks_, control = exact))
general("poisson offset", glm(claims ~ district + cars + age + offset(exposure), poisson, claims, control = exact))
general("gamma", glm(days ~ eth + sex, Gamma("log"), days, control = exact))
general("gamma inverse", glm(days ~ eth + sex, Gamma("inverse"), days, control = exact))
logit <- glm(low ~ age + lwt + smoke + ht, binomial, births, control = exact)
general("logit", logit)
p <- predict(counts, data.frame(wool = "B", tension = "M"), se.fit = TRUE)
say("poisson interval", prediction = exp(p$fit[[1]]), std_error = exp(p$fit[[1]]) * p$se.fit[[1]],
	mean_low = exp(p$fit[[1]] - qnorm(0.975) * p$se.fit[[1]]), mean_high = exp(p$fit[[1]] + qnorm(0.975) * p$se.fit[[1]]))
robust <- sqrt(c(1, 1, 0, 1) %*% vcovHC(counts, type = "HC3") %*% c(1, 1, 0, 1))[[1]]
say("poisson robust interval", prediction = exp(p$fit[[1]]), std_error = exp(p$fit[[1]]) * robust,
	mean_low = exp(p$fit[[1]] - qnorm(0.975) * robust), mean_high = exp(p$fit[[1]] + qnorm(0.975) * robust))

# Multinomial: multinom, whose standard errors are of the exact Hessian; its sandwich by definition.
births$scaled <- births$lwt / 100
multi <- multinom(race ~ age + scaled + smoke, births, Hess = TRUE, trace = FALSE, reltol = 1e-300, abstol = 0, maxit = 2000)
x <- cbind(1, births$age, births$scaled, births$smoke)
b <- as.vector(t(coef(multi)))
for (step in 1:20) { # BFGS ends at 1e-8: Newton's method to the last digit
	eta <- cbind(0, x %*% matrix(b, 4))
	prob <- exp(eta) / rowSums(exp(eta))
	y <- outer(births$race, c("r1", "r2", "r3"), "==") * 1
	scores <- cbind((y - prob)[, 2] * x, (y - prob)[, 3] * x)
	h <- matrix(0, 8, 8)
	for (a in 1:2) for (c in 1:2)
		h[(a - 1) * 4 + 1:4, (c - 1) * 4 + 1:4] <- t(x) %*% (prob[, a + 1] * ((a == c) - prob[, c + 1]) * x)
	b <- b + solve(h, colSums(scores))
}
stopifnot(max(abs(b - as.vector(t(coef(multi))))) < 1e-3)
stopifnot(max(abs(sqrt(diag(solve(h))) / as.vector(t(summary(multi)$standard.errors)) - 1)) < 1e-3)
classes <- function(name, covariance) {
	error <- sqrt(diag(covariance))
	table <- cbind(b, error, b / error, 2 * pnorm(-abs(b / error)))
	rownames(table) <- rep(c("(Intercept)", "age", "scaled", "smoke"), 2)
	put(name, table[1:4, ], "r2")
	put(name, table[5:8, ], "r3")
}
meat_ <- crossprod(scores)
classes("multinom", solve(h))
classes("multinom HC0", solve(h) %*% meat_ %*% solve(h))
classes("multinom HC1", solve(h) %*% meat_ %*% solve(h) * nrow(births) / (nrow(births) - 8))
log_likelihood <- sum(y * log(prob))
say("multinom", log_likelihood = log_likelihood, deviance = -2 * log_likelihood, aic = -2 * log_likelihood + 16,
	bic = -2 * log_likelihood + 8 * log(nrow(births)))
say("multinom covariance", value = solve(h)[2, 7])

# Quantiles: rq, whose basic solutions are exact; summary with Powell's kernel.
for (tau in c(0.25, 0.5, 0.9)) {
	fit <- rq(foodexp ~ income, tau, food)
	put(paste("rq", tau, "ker"), summary(fit, se = "ker")$coefficients)
}

# Huber regression: the sandwich of rlm at given estimates and scale.  Those of Orchard (and scikit-learn) solve
# sum psi^2 = n beside rlm's equations, so that only the covariance is R's.
concomitant <- function(x, y, k) {
	scale <- sd(y)
	b <- qr.solve(x, y)
	for (step in 1:2000) {
		r <- as.vector(y - x %*% b)
		w <- pmin(1, k * scale / abs(r))
		b <- solve(crossprod(x, w * x), crossprod(x, w * y))
		r <- as.vector(y - x %*% b)
		for (inner in 1:50) scale <- scale * sqrt(mean(pmin(abs(r / scale), k)^2))
	}
	list(b = as.vector(b), scale = scale, r = r)
}
x <- cbind(1, stackloss$Air.Flow, stackloss$Water.Temp, stackloss$Acid.Conc.)
k <- 1.35
at <- concomitant(x, stackloss$stack.loss, k)
fit <- rlm(stack.loss ~ Air.Flow + Water.Temp + Acid.Conc., stackloss, k = k)
fit$coefficients[] <- at$b
fit$residuals <- at$r
fit$fitted.values <- stackloss$stack.loss - at$r
fit$s <- at$scale
fit$w <- pmin(1, k * at$scale / abs(at$r))
fit$psi <- psi.huber
formals(fit$psi)$k <- k
fit$qr <- qr(sqrt(fit$w) * x)	# what hatvalues(fit) is of
for (type in c("HC0", "HC1", "HC2", "HC3")) {
	# estfun.rlm and bread.rlm, with the n / (n - p) of HC1 and the leverages that sandwich's meatHC() takes.
	h <- hatvalues(fit)
	covariance <- switch(type, HC0 = sandwich(fit), HC1 = sandwich(fit) * 21 / 17,
		HC2 = sandwich(fit, meat. = crossprod(estfun(fit) / sqrt(1 - h)) / 21), HC3 = sandwich(fit, meat. = crossprod(estfun(fit) / (1 - h)) / 21))
	table <- by(fit, covariance, 17)
	rownames(table) <- c("(intercept)", "air", "water", "acid")
	put(paste("rlm", type), table)
}
say("rlm", scale = at$scale)

# The elastic net: glmnet, to its tightest threshold.
x <- as.matrix(cars[, -1])
y <- cars$mpg
for (alpha in c(1, 0.5)) {
	name <- if (alpha == 1) "lasso" else "elastic net"
	b <- as.vector(coef(glmnet(x, y, alpha = alpha, lambda = 0.5, thresh = 1e-30, maxit = 1e9)))
	names(b) <- c("(intercept)", colnames(x))
	put(name, cbind(b, NA, NA, NA))
	# glmnet scales the target to unit variance, so that the ridge part of its penalty is divided by that.
	say(name, l1 = 0.5 * alpha, l2 = 0.5 * (1 - alpha) / sqrt(mean((y - mean(y))^2)))
}

for (t in list(list("cars", cars), list("breaks", breaks_), list("claims", claims), list("births", births), list("days", days),
	list("food", food), list("stack", setNames(stackloss, c("air", "water", "acid", "loss")))))
	table_(t[[1]], t[[2]])
cat("CREATE TABLE golden (model text, term text, estimate float8, std_error float8, statistic float8, p_value float8, class text);\n")
cat("INSERT INTO golden VALUES\n", paste(golden, collapse = ",\n"), ";\n", sep = "")
cat("CREATE TABLE facts (model text, name text, value float8);\n")
cat("INSERT INTO facts VALUES\n", paste(facts, collapse = ",\n"), ";\n", sep = "")
