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

// keySet are the keys of one directive.
type keySet struct {
	verb  string
	specs map[string]keySpec
	names []string
}

func newKeySet(verb string, specs ...[]keySpec) *keySet {
	s := &keySet{verb: verb, specs: make(map[string]keySpec)}
	for _, list := range specs {
		for _, spec := range list {
			s.specs[spec.name] = spec
			s.names = append(s.names, spec.name)
		}
	}
	return s
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
		if _, ok := s.specs[candidate]; ok {
			return candidate
		}
	}
	if s.elsewhere(key) != "" {
		return ""
	}
	return Suggest(key, s.names)
}

// elsewhere returns the other directive if it has the key.
func (s *keySet) elsewhere(key string) string {
	other := workflowKeys(new(Workflow))
	if s.verb == verbWorkflow {
		other = taskKeys(new(Task))
	}
	if _, ok := other.specs[key]; ok {
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
