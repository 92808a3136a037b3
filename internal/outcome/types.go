package outcome

import "github.com/cloacina-go/cloacina/internal/domain"

// Types are the types of the values of a plan.
type Types struct {
	// Writes are parallel to the tasks of the plan and their Writes. A nil type is [domain.Any].
	Writes [][]*domain.Type
	// Input is parallel to the plan's Input. A nil type is [domain.Any].
	Input []*domain.Type
}
