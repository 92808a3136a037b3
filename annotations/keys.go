package annotations

// keySpec is one key of an annotation.
type keySpec struct {
	name string
	// kind says how the text of the value is divided.
	kind valueKind
	// read takes the value over into the declaration.
	read reader
}

// valueKind is what the scanner has to know about a value.
type valueKind int

const (
	plainValue valueKind = iota
	flagValue            // may be left out
	listValue            // may have been written a, b
	ruleValue            // may have been written a && b
	textValue            // may have been written without quotes
)

// keySet are the keys of one directive. There are so few that looking through them
// takes less time than to make a map for each annotation.
type keySet struct {
	verb  string
	specs []keySpec
}

// spec returns one of the keys.
func (s *keySet) spec(name string) (keySpec, bool) {
	for _, spec := range s.specs {
		if spec.name == name {
			return spec, true
		}
	}
	return keySpec{}, false
}

// has reports whether there is a key.
func (s *keySet) has(name string) bool {
	_, ok := s.spec(name)
	return ok
}

// kind returns the kind of a key's value; that of an unknown key is plain.
func (s *keySet) kind(name string) valueKind {
	spec, _ := s.spec(name)
	return spec.kind
}

// names returns the names of the keys, in the order in which they are documented.
func (s *keySet) names() []string {
	names := make([]string, len(s.specs))
	for i, spec := range s.specs {
		names[i] = spec.name
	}
	return names
}

// synonyms are names that other tools have for our keys.
var synonyms = map[string]string{
	"name": "id", "task_id": "id",
	"depends_on": "dependencies", "depends": "dependencies", "deps": "dependencies", "needs": "dependencies",
	"after": "dependencies", "requires": "dependencies", "upstream": "dependencies",
	"rule": "trigger_rules", "rules": "trigger_rules", "trigger": "trigger_rules", "when": "trigger_rules",
	"if": "trigger_rules", "condition": "trigger_rules",
	"retries": "retry_attempts", "max_retries": "retry_attempts", "attempts": "retry_attempts",
	"delay": "retry_delay", "max_delay": "retry_max_delay",
	"backoff": "retry_backoff", "jitter": "retry_jitter", "retry_on": "retry_condition",
	"deadline": "timeout", "output": "result", "id": "name", "title": "name", "desc": "description",
}

// suggest returns the key that an unknown one was most likely meant to be.
func (s *keySet) suggest(key string) string {
	for _, candidate := range []string{
		synonyms[key],
		"default_" + key,
		"default_" + synonyms[key],
		withoutDefault(key),
	} {
		if s.has(candidate) {
			return candidate
		}
	}
	if s.elsewhere(key) != "" {
		return ""
	}
	return Suggest(key, s.names())
}

// elsewhere returns the other directive if it has the key.
func (s *keySet) elsewhere(key string) string {
	other := workflowKeys(new(Workflow))
	if s.verb == verbWorkflow {
		other = taskKeys(new(Task))
	}
	if other.has(key) {
		return other.verb
	}
	return ""
}

func withoutDefault(key string) string {
	const prefix = "default_"
	if len(key) > len(prefix) && key[:len(prefix)] == prefix {
		return key[len(prefix):]
	}
	return ""
}
