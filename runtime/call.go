package cloacina

import (
	"context"
	"errors"
	"fmt"
	"reflect"
)

// Call executes attempts of a task. The Call functions make one from each
// signature that a task may have, with the adapters that read what the function
// takes and write what it returns.
type Call interface {
	// Execute executes one attempt: it reads what the function takes from k,
	// calls the function and writes what it returns into k.
	Execute(ctx context.Context, k *Keys) error
	// Func returns the function that Execute calls.
	Func() any
	// With returns a Call with the same adapters that calls fn instead. Tests
	// put other functions in the place of a task's own with it; see the package
	// cloacinatest. The error is about a fn that is nil or has another type than
	// Func.
	With(fn any) (Call, error)
}

// CallDynamic calls a function that reads and writes keys by name. Unless the
// plan says that the task is open, what the function writes has to be what the
// plan lists: an attempt that writes or deletes another key, or that succeeds
// without a key that is always written, fails with an [ErrUnplanned]. A function
// that [Call.With] puts in its place may leave keys out.
func CallDynamic(fn func(ctx context.Context, c *Context) error) Call {
	return &dynamicCall{fn: fn, hold: holdToAll}
}

type dynamicCall struct {
	fn   func(ctx context.Context, c *Context) error
	hold hold
}

func (c *dynamicCall) Execute(ctx context.Context, k *Keys) error {
	k.hold = c.hold
	return c.fn(ctx, &Context{keys: k})
}

func (c *dynamicCall) Func() any { return c.fn }

func (c *dynamicCall) With(fn any) (Call, error) {
	return with(fn, func(fn func(context.Context, *Context) error) Call {
		return &dynamicCall{fn: fn, hold: holdToList}
	})
}

// CallInOut calls a function with a typed input and a typed result. The
// result is written only if the function returns no error.
func CallInOut[I, O any](
	fn func(ctx context.Context, in I) (O, error), read func(k *Keys, in *I), write func(k *Keys, out *O),
) Call {
	return &inOutCall[I, O]{fn, read, write}
}

type inOutCall[I, O any] struct {
	fn    func(ctx context.Context, in I) (O, error)
	read  func(k *Keys, in *I)
	write func(k *Keys, out *O)
}

func (c *inOutCall[I, O]) Execute(ctx context.Context, k *Keys) error {
	var in I
	c.read(k, &in)
	if err := k.firstError(); err != nil {
		return err
	}
	out, err := c.fn(ctx, in)
	if err != nil {
		return err
	}
	c.write(k, &out)
	return k.firstError()
}

func (c *inOutCall[I, O]) Func() any { return c.fn }

func (c *inOutCall[I, O]) With(fn any) (Call, error) {
	return with(fn, func(fn func(context.Context, I) (O, error)) Call { return CallInOut(fn, c.read, c.write) })
}

// CallIn calls a function with a typed input and no result.
func CallIn[I any](fn func(ctx context.Context, in I) error, read func(k *Keys, in *I)) Call {
	return &inCall[I]{fn, read}
}

type inCall[I any] struct {
	fn   func(ctx context.Context, in I) error
	read func(k *Keys, in *I)
}

func (c *inCall[I]) Execute(ctx context.Context, k *Keys) error {
	var in I
	c.read(k, &in)
	if err := k.firstError(); err != nil {
		return err
	}
	return c.fn(ctx, in)
}

func (c *inCall[I]) Func() any { return c.fn }

func (c *inCall[I]) With(fn any) (Call, error) {
	return with(fn, func(fn func(context.Context, I) error) Call { return CallIn(fn, c.read) })
}

// CallOut calls a function without input that has a typed result. The result
// is written only if the function returns no error.
func CallOut[O any](fn func(ctx context.Context) (O, error), write func(k *Keys, out *O)) Call {
	return &outCall[O]{fn, write}
}

type outCall[O any] struct {
	fn    func(ctx context.Context) (O, error)
	write func(k *Keys, out *O)
}

func (c *outCall[O]) Execute(ctx context.Context, k *Keys) error {
	out, err := c.fn(ctx)
	if err != nil {
		return err
	}
	c.write(k, &out)
	return k.firstError()
}

func (c *outCall[O]) Func() any { return c.fn }

func (c *outCall[O]) With(fn any) (Call, error) {
	return with(fn, func(fn func(context.Context) (O, error)) Call { return CallOut(fn, c.write) })
}

// CallPlain calls a function without input and result.
func CallPlain(fn func(ctx context.Context) error) Call { return plainCall(fn) }

type plainCall func(ctx context.Context) error

func (f plainCall) Execute(ctx context.Context, _ *Keys) error { return f(ctx) }

func (f plainCall) Func() any { return (func(context.Context) error)(f) }

func (f plainCall) With(fn any) (Call, error) { return with(fn, CallPlain) }

// with makes a Call of fn, which has to have the type F or a named type that is
// an F.
func with[F any](fn any, call func(F) Call) (Call, error) {
	want, v := reflect.TypeFor[F](), reflect.ValueOf(fn)
	switch {
	case !v.IsValid() || v.Kind() == reflect.Func && v.IsNil():
		return nil, errors.New("the function is nil")
	case !v.CanConvert(want):
		return nil, fmt.Errorf("the function is %s, want %s", v.Type(), want)
	}
	return call(v.Convert(want).Interface().(F)), nil
}
