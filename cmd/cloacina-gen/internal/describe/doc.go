// Package describe says in words what a checked workflow does: a task with
// everything that is known of it ([Task]), and all ways in which runs can go
// ([Runs]).
package describe
