package jsonvalue

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func TestEachInner(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		raw  string
		into any
		want string
	}{
		{`[1,"a"]`, []int{}, `1 int,"a" int`},
		{`[1,[2]]`, [1]any{}, `1 interface {},[2] interface {}`},
		{`{"b":1,"a\u0062":2}`, map[string]bool{}, `1 bool,2 bool`},
		{`{"TAGS":1,"none":2,"id":3}`, record{}, `1 []string,3 int`},
		{`[1]`, record{}, ""}, {`{"a":1}`, []int{}, ""}, {`"a"`, []byte{}, ""}, {`[1]`, 1, ""}, {`{}`, map[string]int{}, ""},
	} {
		var got []string
		err := eachInner([]byte(tt.raw), reflect.TypeOf(tt.into), func(value []byte, inner *field) error {
			got = append(got, string(value)+" "+inner.typ.String())
			return nil
		})
		if s := strings.Join(got, ","); s != tt.want || err != nil {
			t.Errorf("%s: got %s, %v, want %s", tt.raw, s, err, tt.want)
		}
	}
}

func TestEachInnerStopsAtAnError(t *testing.T) {
	t.Parallel()
	err := eachInner([]byte(`{"a":1,"b\u0020c":2,"d":2}`), reflect.TypeFor[map[string]int](), func(value []byte, _ *field) error {
		if string(value) == "2" {
			return &TypeError{Path: "[7]"}
		}
		return nil
	})
	if e, ok := errors.AsType[*TypeError](err); !ok || e.Path != `["b c"][7]` {
		t.Errorf("got %v", err)
	}
}
