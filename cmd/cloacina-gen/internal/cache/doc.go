// Package cache remembers what the tool found out about a tree, together with
// the evidence it rests on, so that an unchanged tree need not be looked at
// again.
//
// What is remembered is stored under a [Key] over everything that is known before
// a file is read: the tool itself, the go command, the environment and the
// question. Beside the answer stands its [Evidence]: which files and
// directories it was found from, and a sum of each. An answer is used only if all
// of its evidence still holds, so an entry can be useless but never wrong.
//
// Sums are over contents; neither times nor sizes are trusted. A [View] reads
// each file once, and so makes sure that everything within one run of the tool is
// about the same bytes.
package cache
