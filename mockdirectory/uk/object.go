package uk

import (
	"iter"
	"slices"
)

// object is a SCIM resource or a part of one. Its values are strings, bools,
// lists of strings, objects, lists of objects, and list.
type object map[string]any

// list is made when it is looked at. With a pin it is the one element of that
// id, or none.
type list func(pin string) iter.Seq[object]

// values goes through what stands at the end of a path, lists one by one.
func (o object) values(path []string) iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, name := range path[:len(path)-1] {
			inner, ok := o[name].(object)
			if !ok {
				return
			}
			o = inner
		}
		switch value := o[path[len(path)-1]].(type) {
		// A resource need not have every attribute of its schema.
		case nil:
		case []string:
			for _, one := range value {
				if !yield(one) {
					return
				}
			}
		default:
			yield(value)
		}
	}
}

// elements goes through the objects of the list at the end of a path.
func (o object) elements(path []string, pin string) iter.Seq[object] {
	for value := range o.values(path) {
		switch value := value.(type) {
		case list:
			return value(pin)
		case []object:
			return slices.Values(value)
		}
	}
	// What is not there has no elements, and nothing is true of it.
	return func(func(object) bool) {}
}

// projection is which attributes an answer shows (RFC 7644, section 3.9).
type projection struct {
	only    [][]string // everything when nil
	without [][]string
}

// shows tells whether anything at or below the path is shown.
func (p projection) shows(path ...string) bool {
	for _, out := range p.without {
		if len(out) <= len(path) && slices.Equal(out, path[:len(out)]) {
			return false
		}
	}
	if p.only == nil {
		return true
	}
	return slices.ContainsFunc(p.only, func(in []string) bool {
		n := min(len(in), len(path))
		return slices.Equal(in[:n], path[:n])
	})
}

// of is the object with what is shown, below a path.
func (p projection) of(o object, path []string) object {
	out := object{}
	for name, value := range o {
		// RFC 7643 section 3.1: both are always returned.
		always := len(path) == 0 && (name == "id" || name == "schemas")
		at := append(slices.Clip(path), name)
		if !always && !p.shows(at...) {
			continue
		}
		switch value := value.(type) {
		case object:
			out[name] = p.of(value, at)
		case []object:
			kept := []object{}
			for _, one := range value {
				kept = append(kept, p.of(one, at))
			}
			out[name] = kept
		default:
			out[name] = value
		}
	}
	return out
}
