package faulty

import "context"

// lonely would be a task of a workflow in tests.
//
//cloacina:task
func lonely(ctx context.Context) error { return nil } // want `^error CL0203: the workflow of the package is declared outside of the _test.go files, so its tasks cannot stand in one$`
