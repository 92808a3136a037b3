package annotations

import (
	"go/ast"
	"slices"
	"strings"
)

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
}

// wordSuggestion is like didYouMean, but knows the words of other languages, too.
func wordSuggestion(word string, candidates []string) (tail, suggestion string) {
	if other, ok := otherLanguages[word]; ok && slices.Contains(candidates, other) {
		return "; did you mean " + quoted(other) + "?", other
	}
	return didYouMean(word, candidates)
}

// aloneMeans are words of other tools that stand alone as a rule.
var aloneMeans = map[string]string{
	"success": "all_success", "succeeded": "all_success", "on_success": "all_success",
	"failed": "one_failed", "failure": "one_failed", "on_failure": "one_failed", "on_failed": "one_failed",
	"done": "always", "true": "always",
}

// formerNames are what shorthands were called once elsewhere.
var formerNames = map[string]ShorthandKind{
	"none_failed_or_skipped": NoneFailedMinOneSuccess,
}

// quantifiers and endings are the parts of a shorthand, as other tools have them.
var (
	quantifiers = map[string]string{
		"all": "all", "every": "all", "each": "all", "any": "any", "one": "any", "some": "any",
		"none": "none", "no": "none",
	}
	endings = map[string]string{
		"success": "success", "successes": "success", "succeeded": "success", "succeed": "success",
		"successful": "success",
		"completed":  "success", "passed": "success", "ok": "success",
		"failed": "failed", "failure": "failed", "failures": "failed", "fail": "failed",
		"error": "failed", "errors": "failed",
		"skipped": "skipped", "skip": "skipped",
		"done": "done", "ended": "done", "finished": "done",
	}
)

// shorthandMeant takes a word such as any_failure apart into the function that
// joins the outcomes, and the outcome; done stands for any of them.
func shorthandMeant(word string) (function, ending string, ok bool) {
	first, rest, _ := strings.Cut(word, "_")
	function, ending = quantifiers[first], endings[rest]
	return function, ending, function != "" && ending != ""
}

// standsAlone says what an unknown word that stands as a rule was meant to be. A
// word that has a meaning is never changed to one that only looks like it.
func standsAlone(word string) (tail, suggestion string) {
	if now := formerNames[word]; now != 0 {
		return ", which is an old name in Airflow; write " + now.String(), now.String()
	}
	suggestion = aloneMeans[word]
	function, ending, meant := shorthandMeant(word)
	if meant {
		suggestion = strings.Replace(function, "any", "one", 1) + "_" + ending
		if _, known := shorthandByName(suggestion); !known && ending == "done" {
			return "; a rule is decided when all dependencies have ended; write always", ""
		} else if !known {
			return "; write " + function + "(task_" + ending + "(...), ...)", ""
		}
	}
	if suggestion == "" {
		return didYouMean(word, ruleWords)
	}
	return "; did you mean " + quoted(suggestion) + "?", suggestion
}

// quantifiedCall reports a shorthand that was given tasks, as any_failed(a, b).
func (p *ruleParser) quantifiedCall(e *ast.CallExpr, name *ast.Ident) bool {
	function, ending, ok := shorthandMeant(name.Name)
	if !ok || ending == "done" {
		return false
	}
	tests := make([]string, len(e.Args))
	for i, arg := range e.Args {
		tests[i] = "task_" + ending + "(" + p.source(arg) + ")"
	}
	text := function + "(" + strings.Join(tests, ", ") + ")"
	f := p.failAt(name, CodeUnknownFunction, "unknown function "+quoted(name.Name)+"; did you mean "+quoted(text)+"?")
	if len(tests) > 0 {
		p.replace(f, e, "change to "+quoted(text), text)
	}
	return true
}
