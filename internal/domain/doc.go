// Package domain divides the JSON values that a task can write into regions
// within which no condition of the workflow's rules can tell two values apart.
// So the infinitely many values of a key become a handful, and questions about
// rules become questions about finitely many cases.
//
// For outcomes of comparisons with null, bools, numbers and strings, for order
// of numbers and strings, for equality and in, the division is exact: a region
// exists if and only if a value of the type lies in it, and each condition is
// constant on it. Whether a string or a list contains something is left free,
// so that what is said of it is a "may".
package domain
