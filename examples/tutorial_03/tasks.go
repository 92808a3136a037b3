// Tutorial 03: parallel work. Three tasks read the same text at the same time,
// and a fourth waits for all of them.
//
//cloacina:workflow name=text_statistics input=Text default_trigger_rules=all_success
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Text is what a run starts from.
type Text struct {
	Text string `json:"text"`
}

// Clean is what all three branches read.
type Clean struct {
	Words []string `json:"words"`
}

// Split makes words of the text.
//
//cloacina:task
func Split(_ context.Context, in Text) (Clean, error) {
	return Clean{Words: strings.Fields(in.Text)}, nil
}

// WordCount is written by CountWords.
type WordCount struct {
	N int `json:"word_count"`
}

// CountWords is the first branch.
//
//cloacina:task dependencies=split
func CountWords(ctx context.Context, in Clean) (WordCount, error) {
	return WordCount{N: len(in.Words)}, work(ctx, 100*time.Millisecond)
}

// LetterCount is written by CountLetters.
type LetterCount struct {
	N int `json:"letter_count"`
}

// CountLetters is the second branch.
//
//cloacina:task dependencies=split
func CountLetters(ctx context.Context, in Clean) (LetterCount, error) {
	n := 0
	for _, word := range in.Words {
		n += utf8.RuneCountInString(word)
	}
	return LetterCount{N: n}, work(ctx, 200*time.Millisecond)
}

// LongestWord is written by FindLongest.
type LongestWord struct {
	Word string `json:"longest_word"`
}

// FindLongest is the third branch.
//
//cloacina:task dependencies=split
func FindLongest(ctx context.Context, in Clean) (LongestWord, error) {
	longest := ""
	for _, word := range in.Words {
		if utf8.RuneCountInString(word) > utf8.RuneCountInString(longest) {
			longest = word
		}
	}
	return LongestWord{Word: longest}, work(ctx, 300*time.Millisecond)
}

// Counts is what Report reads: what the three branches wrote.
type Counts struct {
	WordCount
	LetterCount
	LongestWord
}

// Summary is what Report writes.
type Summary struct {
	Text string `json:"summary"`
}

// Report runs when all three branches have completed.
//
//cloacina:task dependencies=count_words,count_letters,find_longest
func Report(_ context.Context, in Counts) (Summary, error) {
	return Summary{Text: fmt.Sprintf("%d words, %d letters, longest %q",
		in.WordCount.N, in.LetterCount.N, in.Word)}, nil
}

// work stands for work that takes d and stops when the attempt is over.
func work(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
