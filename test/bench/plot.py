"""A line plot on logarithmic axes, written as SVG by hand."""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 40, 50
COLOURS = ["#1b6ca8", "#c44536", "#3a7d44", "#8a5a9e", "#b8860b", "#4a4a4a", "#00838f", "#ad1457"]


def decades(values):
    """The powers of ten around the values."""
    return math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)


def number(exponent):
    return "{:,}".format(10 ** exponent)


def line_plot(path, lines, title, x_title, y_title):
    """lines: points (x, y) above 0 by label, in the order of x."""
    x_low, x_high = decades([x for points in lines.values() for x, _ in points])
    y_low, y_high = decades([y for points in lines.values() for _, y in points])

    def place(x, y):
        return (LEFT + (math.log10(x) - x_low) / (x_high - x_low) * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - (math.log10(y) - y_low) / (y_high - y_low) * (HEIGHT - TOP - BOTTOM))

    def text(x, y, words, more=""):
        return '<text x="%.1f" y="%.1f" %s>%s</text>' % (x, y, more, escape(words))

    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">' % (WIDTH, HEIGHT),
             '<rect width="100%" height="100%" fill="white"/>', text(LEFT, 22, title, 'font-size="15"')]
    for exponent in range(x_low, x_high + 1):
        x, bottom = place(10 ** exponent, 10 ** y_low)
        parts.append('<path d="M%.1f %.1fV%d" stroke="#ddd"/>' % (x, bottom, TOP))
        parts.append(text(x, bottom + 18, number(exponent), 'text-anchor="middle"'))
    for exponent in range(y_low, y_high + 1):
        left, y = place(10 ** x_low, 10 ** exponent)
        parts.append('<path d="M%.1f %.1fH%d" stroke="#ddd"/>' % (left, y, WIDTH - RIGHT))
        parts.append(text(left - 6, y + 4, number(exponent), 'text-anchor="end"'))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_title, 'text-anchor="middle"'))
    parts.append(text(16, (TOP + HEIGHT - BOTTOM) / 2, y_title,
                      'text-anchor="middle" transform="rotate(-90 16 %.1f)"' % ((TOP + HEIGHT - BOTTOM) / 2)))
    # Labels stand at the ends of their lines, moved apart where they would meet.
    ends = sorted((place(*points[-1])[1], label) for label, points in lines.items())
    last = -math.inf
    for y, label in ends:
        colour = COLOURS[list(lines).index(label) % len(COLOURS)]
        points = [place(*point) for point in lines[label]]
        parts.append('<polyline fill="none" stroke="%s" stroke-width="2" points="%s"/>'
                     % (colour, " ".join("%.1f,%.1f" % point for point in points)))
        parts.extend('<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>' % (*point, colour) for point in points)
        last = max(y + 4, last + 15)
        parts.append(text(WIDTH - RIGHT + 10, last, label, 'fill="%s"' % colour))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts) + "\n</svg>\n")
