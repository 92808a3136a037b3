// Package outcome knows the runs that a plan allows: which tasks complete, fail or
// are skipped together, and which values pass between them.
//
// A [Model] answers questions such as "is there a run in which report runs and
// the key raw_data is missing?" exactly, with a smallest run that shows it, or
// with the certainty that there is none. It covers runs executed from start to
// end under one plan, without tasks marked by hand: every task that runs may
// fail, and may complete if it gets the keys it requires.
//
// # How it works
//
// The plan becomes a circuit ([circuit]): its inputs are what happens by chance
// (whether a task fails, which region of [domain.Partition] a value lies in), and
// each task, rule, condition and key is a node over them. Any inputs make a run.
// Then a question is answered by the first of these that can:
//
//   - a thousand runs that were computed side by side beforehand ([block]), and
//     some that took long to find, show most of what is possible;
//   - what a task implies of others far above it ([certainties]), and what follows
//     step by step from the first fact of many questions ([closure]), refutes much
//     of what is not;
//   - the solver of package sat decides the rest in the neighbourhood of the
//     question ([local]), with everything else as in a known run. Where the proof
//     that there is none needs such a value, the neighbourhood grows there; one that
//     needs none holds for all runs. Steps are counted, and end at a budget.
//
// So the cost of a plan grows with its size, and thousands of questions take some
// milliseconds. What is given up is said ([Unknown], [Model.GaveUp]), never guessed.
//
// Values of a type that is only known from above, and truths that a partition
// leaves open, are inputs that are marked as loose. What holds for certain, whatever
// they are, is computed beside the values; the rest is [Perhaps].
package outcome
