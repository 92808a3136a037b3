package check

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"go/types"
	"io"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/annotations"
)

// defaultOf returns the JSON of a field's default tag, and reports one that
// does not fit. Other structs than inputs may use the tag for something else.
func (r *structReader) defaultOf(f *jsonField, field Field) string {
	if r.role != inputStruct {
		return ""
	}
	v := f.field()
	tag := r.tagOf(f)
	text, ok := reflect.StructTag(tag).Lookup("default")
	if !ok {
		return ""
	}
	at, exact := r.tagSpan(v, strconv.Quote(text))
	if field.Presence != PointerNil {
		r.report(found(annotations.CodeInputDefault, at,
			"field %s has a default but is no pointer; only a pointer tells a missing value from a zero one",
			v.Name()))
		return ""
	}
	value, err := decodeLiteral(text)
	if err == nil {
		err = fits(value, field.Type, "")
	}
	if err == nil {
		return compactJSON(text)
	}
	shown := text
	if text == "" {
		shown = "(empty)"
	}
	fd := found(annotations.CodeInputDefault, at, "the default %s of key %q does not fit: %v", shown, f.name, err)
	if b, ok := field.Type.Underlying().(*types.Basic); ok && b.Info()&types.IsString != 0 && value == nil && exact {
		quoted, _ := json.Marshal(text)
		fd.Message = fmt.Sprintf("the default %s of key %q is not JSON; a string stands in quotes", shown, f.name)
		fd.Fixes = []annotations.Fix{replace(at, strconv.Quote(string(quoted)), "quote it")}
	}
	r.report(fd)
	return ""
}

// tagOf returns the whole tag of a field.
func (r *structReader) tagOf(f *jsonField) string {
	t := r.root
	for _, v := range f.path[:len(f.path)-1] {
		t = v.Type()
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	return t.Underlying().(*types.Struct).Tag(f.index[len(f.index)-1])
}

func compactJSON(text string) string {
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		return text
	}
	return b.String()
}

// decodeLiteral decodes one JSON value, with its numbers as written.
func decodeLiteral(text string) (any, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, errors.New("it is not JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("it is more than one JSON value")
	}
	if v == nil {
		return nil, errors.New("null stands for a missing key already")
	}
	return v, nil
}

// fits says why a JSON value cannot become a Go value of the type; nil if it
// can. Types that decode themselves are taken at their word.
func fits(value any, t types.Type, path string) error {
	t = types.Unalias(t)
	if isNamed(t, "time", "Time") {
		s, ok := value.(string)
		if _, err := time.Parse(time.RFC3339, s); !ok || err != nil {
			return misfit(path, "a time such as \"2006-01-02T15:04:05Z\"")
		}
		return nil
	}
	switch specialShape(t) {
	case "any":
		return nil
	case "string":
		if _, ok := value.(string); !ok {
			return misfit(path, "a string")
		}
		return nil
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return fitsBasic(value, u, path)
	case *types.Pointer:
		if value == nil {
			return nil
		}
		return fits(value, u.Elem(), path)
	case *types.Slice:
		return fitsSlice(value, u, path)
	case *types.Array:
		return fitsList(value, u.Elem(), u.Len(), path)
	case *types.Map:
		return fitsMap(value, u, path)
	case *types.Struct:
		return fitsStruct(value, t, path)
	}
	return nil
}

func misfit(path, want string) error {
	if path == "" {
		return fmt.Errorf("it must be %s", want)
	}
	return fmt.Errorf("%s must be %s", path, want)
}

func fitsBasic(value any, b *types.Basic, path string) error {
	info := b.Info()
	switch {
	case info&types.IsBoolean != 0:
		if _, ok := value.(bool); !ok {
			return misfit(path, "true or false")
		}
	case info&types.IsString != 0:
		if _, ok := value.(string); !ok {
			return misfit(path, "a string in quotes")
		}
	case info&types.IsInteger != 0:
		return fitsInteger(value, b, path)
	case info&types.IsFloat != 0:
		n, ok := value.(json.Number)
		bits := 64
		if b.Kind() == types.Float32 {
			bits = 32
		}
		if _, err := strconv.ParseFloat(n.String(), bits); !ok || err != nil {
			return misfit(path, "a number in the range of "+b.Name())
		}
	}
	return nil
}

func fitsInteger(value any, b *types.Basic, path string) error {
	want := "a whole number in the range of " + b.Name()
	n, ok := value.(json.Number)
	whole, fraction, _ := strings.Cut(n.String(), ".")
	i, decimal := new(big.Int).SetString(whole, 10)
	if !ok || !decimal || len(whole) > 32 || strings.Trim(fraction, "0") != "" {
		return misfit(path, want)
	}
	bits := types.SizesFor("gc", "amd64").Sizeof(b) * 8
	if b.Info()&types.IsUnsigned != 0 {
		if i.Sign() < 0 || i.BitLen() > int(bits) {
			return misfit(path, want)
		}
		return nil
	}
	low := new(big.Int).Neg(new(big.Int).Lsh(big.NewInt(1), uint(bits-1)))
	if i.Cmp(low) < 0 || i.Sign() > 0 && i.BitLen() > int(bits)-1 {
		return misfit(path, want)
	}
	return nil
}

func fitsSlice(value any, s *types.Slice, path string) error {
	if !isBytes(s) {
		return fitsList(value, s.Elem(), -1, path)
	}
	text, ok := value.(string)
	if _, err := base64.StdEncoding.DecodeString(text); !ok || err != nil {
		return misfit(path, "bytes as a base64 string")
	}
	return nil
}

// fitsList checks an array; its length is free if n is negative.
func fitsList(value any, elem types.Type, n int64, path string) error {
	list, ok := value.([]any)
	if !ok || n >= 0 && int64(len(list)) != n {
		if n >= 0 {
			return misfit(path, fmt.Sprintf("an array of %d elements", n))
		}
		return misfit(path, "an array")
	}
	for i, v := range list {
		if err := fits(v, elem, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return nil
}

func fitsMap(value any, m *types.Map, path string) error {
	object, ok := value.(map[string]any)
	if !ok {
		return misfit(path, "an object")
	}
	key, _ := m.Key().Underlying().(*types.Basic)
	for _, name := range sortedKeys(object) {
		if key != nil && key.Info()&types.IsInteger != 0 {
			if err := fitsInteger(json.Number(name), key, "the key "+strconv.Quote(name)); err != nil {
				return err
			}
		}
		if err := fits(object[name], m.Elem(), path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func fitsStruct(value any, t types.Type, path string) error {
	object, ok := value.(map[string]any)
	if !ok {
		return misfit(path, "an object")
	}
	fields := make(map[string]types.Type)
	for _, f := range jsonFields(t, asWritten) {
		if f.clash == nil {
			fields[f.name] = f.field().Type()
		}
	}
	for _, name := range sortedKeys(object) {
		field, ok := fields[name]
		if !ok {
			return fmt.Errorf("%s has no field %q", types.TypeString(t, (*types.Package).Name), name)
		}
		if err := fits(object[name], field, path+"."+name); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
