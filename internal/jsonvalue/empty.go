package jsonvalue

import "reflect"

// IsEmpty reports whether encoding/json leaves the value behind ptr out under
// "omitempty": false, zero, a nil pointer or interface, and an empty array,
// slice, map or string.
func IsEmpty(ptr any) bool { return isEmpty(reflect.ValueOf(ptr).Elem()) }

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Interface, reflect.Pointer:
		return v.IsZero()
	default:
		return false
	}
}

// IsZero reports whether encoding/json leaves the value behind ptr out under
// "omitzero": its method "IsZero() bool" says so or, without one, it is the
// zero value of its type.
func IsZero(ptr any) bool { return isZero(reflect.ValueOf(ptr).Elem()) }

func isZero(v reflect.Value) bool {
	type zeroer interface{ IsZero() bool }
	switch k := v.Kind(); {
	case (k == reflect.Pointer || k == reflect.Interface) && v.IsNil():
		return true
	case !v.CanInterface():
		return v.IsZero()
	}
	if z, ok := v.Interface().(zeroer); ok {
		return z.IsZero()
	}
	if v.CanAddr() {
		if z, ok := v.Addr().Interface().(zeroer); ok {
			return z.IsZero()
		}
	}
	return v.IsZero()
}

// Filled returns ptr, a pointer, or, if the slice or map behind it is nil, a
// pointer to an empty one of its type, which encoding/json does not write as
// null. A type that has its own marshaler decides itself what nil means.
func Filled(ptr any) any {
	v := reflect.ValueOf(ptr).Elem()
	kind, t := v.Kind(), reflect.TypeOf(ptr)
	if kind != reflect.Slice && kind != reflect.Map || !v.IsNil() ||
		t.Implements(jsonMarshaler) || t.Implements(textMarshaler) {
		return ptr
	}
	empty := reflect.New(v.Type())
	if kind == reflect.Slice {
		empty.Elem().Set(reflect.MakeSlice(v.Type(), 0, 0))
	} else {
		empty.Elem().Set(reflect.MakeMap(v.Type()))
	}
	return empty.Interface()
}
