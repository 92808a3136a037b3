package cloacina

import "context"

// Call executes one attempt of a task: it reads what the task's function
// takes from k, calls the function and writes what it returns into k.
// The Call functions make one from each signature that a task may have.
type Call func(ctx context.Context, k *Keys) error

// CallDynamic calls a function that reads and writes keys by name.
func CallDynamic(fn func(ctx context.Context, c *Context) error) Call {
	return func(ctx context.Context, k *Keys) error {
		return fn(ctx, &Context{keys: k})
	}
}

// CallInOut calls a function with a typed input and a typed result. The
// result is written only if the function returns no error.
func CallInOut[I, O any](
	fn func(ctx context.Context, in I) (O, error), read func(k *Keys, in *I), write func(k *Keys, out *O),
) Call {
	return func(ctx context.Context, k *Keys) error {
		var in I
		read(k, &in)
		if err := k.firstError(); err != nil {
			return err
		}
		out, err := fn(ctx, in)
		if err != nil {
			return err
		}
		write(k, &out)
		return k.firstError()
	}
}

// CallIn calls a function with a typed input and no result.
func CallIn[I any](fn func(ctx context.Context, in I) error, read func(k *Keys, in *I)) Call {
	return func(ctx context.Context, k *Keys) error {
		var in I
		read(k, &in)
		if err := k.firstError(); err != nil {
			return err
		}
		return fn(ctx, in)
	}
}

// CallOut calls a function without input that has a typed result. The result
// is written only if the function returns no error.
func CallOut[O any](fn func(ctx context.Context) (O, error), write func(k *Keys, out *O)) Call {
	return func(ctx context.Context, k *Keys) error {
		out, err := fn(ctx)
		if err != nil {
			return err
		}
		write(k, &out)
		return k.firstError()
	}
}

// CallPlain calls a function without input and result.
func CallPlain(fn func(ctx context.Context) error) Call {
	return func(ctx context.Context, _ *Keys) error { return fn(ctx) }
}
