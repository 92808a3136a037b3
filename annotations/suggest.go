package annotations

import (
	"strings"
	"unicode/utf8"
)

// longestSuggested bounds the words that Suggest looks at, in bytes. Nobody
// mistypes a longer one by a letter, and hostile input must stay cheap.
const longestSuggested = 64

// Suggest returns the candidate that the word was most likely meant to be, or ""
// if none is close. Close is up to one slip (a letter too many, too few, wrong, or
// swapped with its neighbour) for each three letters of the word, at most three
// and none in a single letter; capitals, - and _ do not count. A word of three letters or more that begins only
// one candidate means that one. The result does not depend on the order of the
// candidates: of equally close ones the first in byte order wins.
func Suggest(word string, candidates []string) string {
	if len(word) == 0 || len(word) > longestSuggested {
		return ""
	}
	folded := foldWord(word)
	letters := utf8.RuneCountInString(word)
	limit := min(max(1, letters/3), letters-1, 3)
	best, distance := "", limit+1
	for _, c := range candidates {
		if len(c) > longestSuggested {
			continue
		}
		d := slips(folded, foldWord(c), distance)
		if d < distance || d == distance && d <= limit && c < best {
			best, distance = c, d
		}
	}
	if best == "" {
		return onlyCompletion(folded, candidates)
	}
	return best
}

// onlyCompletion returns the one candidate that begins with the word.
func onlyCompletion(folded string, candidates []string) string {
	if len(folded) < 3 {
		return ""
	}
	found := ""
	for _, c := range candidates {
		if !strings.HasPrefix(foldWord(c), folded) || c == found {
			continue
		}
		if found != "" {
			return ""
		}
		found = c
	}
	return found
}

func foldWord(s string) string {
	return strings.ReplaceAll(strings.ToLower(s), "-", "_")
}

// slips returns the number of edits between two words, neighbours swapped
// counting as one, or limit+1 if there are more than limit.
func slips(a, b string, limit int) int {
	ra, rb := []rune(a), []rune(b)
	if d := len(ra) - len(rb); d > limit || -d > limit {
		return limit + 1
	}
	before, above, row := make([]int, len(rb)+1), make([]int, len(rb)+1), make([]int, len(rb)+1)
	for j := range above {
		above[j] = j
	}
	for i := range ra {
		row[0] = i + 1
		least := row[0]
		for j := range rb {
			cost := 1
			if ra[i] == rb[j] {
				cost = 0
			}
			n := min(above[j]+cost, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && ra[i] == rb[j-1] && ra[i-1] == rb[j] {
				n = min(n, before[j-1]+1)
			}
			row[j+1] = n
			least = min(least, n)
		}
		if least > limit {
			return limit + 1
		}
		before, above, row = above, row, before
	}
	return min(above[len(rb)], limit+1)
}

// didYouMean returns the tail of a message that names the suggestion, if any.
func didYouMean(word string, candidates []string) (tail, suggestion string) {
	suggestion = Suggest(word, candidates)
	if suggestion == "" {
		return "", ""
	}
	return "; did you mean " + quoted(suggestion) + "?", suggestion
}
