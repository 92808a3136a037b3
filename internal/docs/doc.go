// Package docs holds what is written about this repository against the
// repository: the tables and diagrams of the documentation against the code, its
// links against the files, and the listings of the public API and of the linked
// modules against what there is.
//
// It contains nothing but tests.
package docs
