package annotations

// ruleFunctions are the functions of the rule language.
var ruleFunctions = []string{
	"all", "any", "none", "not", "task_success", "task_failed", "task_skipped", "context_value",
}

// ruleWords are the words of the rule language that stand alone: always and the shorthands.
var ruleWords = append([]string{"always"}, shorthandNames[AllSuccess:]...)

var (
	ruleVocabulary = append(append([]string(nil), ruleFunctions...), ruleWords...)
	ruleOperators  = operatorNames[Equals:]
	reservedWords  = reserve(ruleVocabulary, ruleOperators, []string{"true", "false", "nil"})
)

func reserve(lists ...[]string) map[string]bool {
	words := make(map[string]bool)
	for _, list := range lists {
		for _, w := range list {
			words[w] = true
		}
	}
	return words
}

// otherLanguages are words that people bring along from elsewhere.
var otherLanguages = map[string]string{
	"null": "nil", "none": "nil", "None": "nil", "NULL": "nil", "undefined": "nil",
	"True": "true", "TRUE": "true", "yes": "true",
	"False": "false", "FALSE": "false", "no": "false",
	"eq": "equals", "equal": "equals", "is": "equals",
	"ne": "not_equals", "neq": "not_equals",
	"gt": "greater_than", "lt": "less_than",
	"ge": "greater_or_equal", "gte": "greater_or_equal", "greater_than_or_equal": "greater_or_equal",
	"le": "less_or_equal", "lte": "less_or_equal", "less_than_or_equal": "less_or_equal",
	"and": "all", "or": "any",
	"task_succeeded": "task_success", "task_completed": "task_success", "succeeded": "task_success",
	"task_failure": "task_failed", "failure": "task_failed",
	"success": "task_success", "failed": "task_failed", "skipped": "task_skipped", "context": "context_value",
	"all_succeeded": "all_success",
}

// wordSuggestion is like didYouMean, but knows the words of other languages, too.
func wordSuggestion(word string, candidates []string) (tail, suggestion string) {
	if other, ok := otherLanguages[word]; ok {
		for _, c := range candidates {
			if c == other {
				return "; did you mean " + quoted(c) + "?", c
			}
		}
	}
	return didYouMean(word, candidates)
}
