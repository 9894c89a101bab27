// Package word asks the C compiler of the host what C's types are like there, and calls C and is called by it.
package word

/*
#include <stddef.h>
#include <stdint.h>

struct entry {
	char kind;
	long count;
	double size;
};

static size_t size_of_entry(void) { return sizeof(struct entry); }
static int char_is_signed(void) { return (char)-1 < 0; }

extern long visit(uintptr_t, long);
long walk(uintptr_t visitor, long steps);
*/
import "C"

import "runtime/cgo"

// Sizes are bytes of a C long, of a pointer and of a struct of char, long and double.
func Sizes() (long, pointer, entry int) {
	return C.sizeof_long, C.sizeof_uintptr_t, int(C.size_of_entry())
}

// CharIsSigned is whether a plain char of C is signed.
func CharIsSigned() bool { return C.char_is_signed() != 0 }

// Walk has C call back for each step, and is the sum of what the calls returned, in a C long.
func Walk(steps int, each func(int) int) int {
	handle := cgo.NewHandle(each)
	defer handle.Delete()
	return int(C.walk(C.uintptr_t(handle), C.long(steps)))
}

//export visit
func visit(visitor C.uintptr_t, step C.long) C.long {
	each := cgo.Handle(visitor).Value().(func(int) int)
	return C.long(each(int(step)))
}
