package cloacina

import "sync"

// guarded has what a guard must bear: a tag, a lock and a field without a name.
type guarded[T any] struct {
	Items []T `json:"items"`
	Mu    sync.Mutex
	_     [0]func()
}

// Guards of generated files must stay calls that infer the type, of a struct
// with a name and of one without. A function without a name is all it takes to
// have them checked.
func _() {
	SameStructOrRunGoGenerate(struct {
		Items []int `json:"items"`
		Mu    sync.Mutex
		_     [0]func()
	}{}, guarded[int]{})
	SameStructOrRunGoGenerate(struct{}{}, struct{}{})
}
