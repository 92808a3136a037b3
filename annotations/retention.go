package annotations

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// keepForEver is the retention that removes nothing.
const keepForEver = "keep"

// foreverWords are what other tools call it.
var foreverWords = []string{
	"forever", "never", "none", "off", "all", "infinite", "infinity", "unlimited", "false", "-1",
}

// retention reads how long ended runs stay: a duration, or keep, which is 0.
func (v *valueReader) retention(a *argument) (time.Duration, bool) {
	text, ok := v.text(a)
	if !ok {
		return 0, false
	}
	if text == keepForEver {
		return 0, true
	}
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		tail, suggestion := didYouMean(text, []string{keepForEver})
		f := v.bad(a, CodeBadValue, "is keep, or a duration such as 720h for 30 days, not "+quoted(text)+tail)
		v.change(f, a, suggestion)
		for _, other := range otherRetentions(text) {
			v.change(f, a, other)
		}
		return 0, false
	case d == 0:
		// Whoever wrote it may have meant either; nothing is lost by this repair.
		f := v.bad(a, CodeOutOfRange, "is at least 1ms, or keep if ended runs are to stay for ever, not "+quoted(text))
		v.change(f, a, keepForEver)
		return 0, false
	case d < time.Millisecond || d%time.Millisecond != 0:
		v.bad(a, CodeOutOfRange, "is in whole milliseconds and at least 1ms, or keep, not "+d.String())
		return 0, false
	}
	return d, true
}

// maxHours is the longest duration in whole hours.
const maxHours = uint64(1<<63-1) / uint64(time.Hour)

// otherRetentions returns what a text may have meant that is no duration: days
// and weeks, which Go's durations do not have, a number without a unit, or a
// word for ever.
func otherRetentions(text string) []string {
	const hour, day, week = 1, 24, 7 * 24
	if slices.Contains(foreverWords, strings.ToLower(text)) {
		return []string{keepForEver}
	}
	digits := strings.TrimRight(text, "dw")
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || n == 0 {
		return nil
	}
	units := map[string][]uint64{"d": {day}, "w": {week}, "": {day, hour}}[text[len(digits):]]
	var durations []string
	for _, unit := range units {
		if n <= maxHours/unit {
			durations = append(durations, strconv.FormatUint(n*unit, 10)+"h")
		}
	}
	return durations
}
