// Package graph draws the graph of a workflow: its tasks, what each of them waits
// for, and the rules on the edges.
//
// [New] turns a plan into a [Graph], which says for every edge which part of the
// rule of the later task is about the earlier one. The formats only draw that:
// [Graph.Mermaid], [Graph.DOT], [Graph.SVG], [Graph.ASCII] and [Graph.JSON]. Ids
// are letters, digits and underscores; every other text may be anything, and each
// format escapes it in its own way.
//
// All of it is deterministic and knows plans only: no files, no Go types.
package graph
