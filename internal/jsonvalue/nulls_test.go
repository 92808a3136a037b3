package jsonvalue

import (
	"encoding/json"
	"math/big"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTypesThatTakeNull(t *testing.T) {
	t.Parallel()
	for _, v := range []any{ptr(1), []byte{}, map[string]int{}, json.RawMessage{}, maybe{}, &time.Time{}} {
		if !takesNull(reflect.TypeOf(v)) {
			t.Errorf("%T does not take null", v)
		}
	}
	for _, v := range []any{1, "", record{}, [1]any{}, time.Time{}, big.Int{}, celsius(0), json.Number("")} {
		if takesNull(reflect.TypeOf(v)) {
			t.Errorf("%T takes null", v)
		}
	}
}

// What was stored as null inside a value is read as it was.
func TestNullTypesComeBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := map[string][]maybe{}
		for _, valid := range rapid.SliceOf(rapid.Bool()).Draw(t, "valid") {
			m := maybe{Valid: valid}
			if valid {
				m.N = rapid.Int().Draw(t, "n")
			}
			want["m"] = append(want["m"], m)
		}
		raw, err := Encode(&want, wide)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string][]maybe
		if err := Decode(raw, &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s becomes %v, %v", raw, got, err)
		}
	})
}
