package cloacina

import (
	"context"
	"testing"
)

func TestExecute(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		r := p.open(t, flow("hello", dynamic("greet", func(_ context.Context, c *Context) error {
			name, err := Get[string](c, "name")
			if err != nil {
				return err
			}
			return c.Insert("greeting", "hello "+name)
		})))
		defer shutdown(t, r)
		result, err := r.Execute(t.Context(), "hello", Values{"name": "world"})
		if err != nil {
			t.Fatal(err)
		}
		values, err := result.Values()
		if err != nil || values["greeting"] != "hello world" {
			t.Errorf("values are %v, %v", values, err)
		}
	})
}
