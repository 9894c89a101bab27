#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <wchar.h>

#include "config.h"
#include "table.h"

_Static_assert(SIZE == sizeof(size_t) && SIZE == SIZEOF_SIZE_T, "configured for another platform");

/* The places of the Fibonacci numbers whose sum a size_t is, the largest first, at most LARGEST of them. */
static PyObject *parts(PyObject *module, PyObject *number) {
    size_t rest = PyLong_AsSize_t(number);
    if (rest == (size_t)-1 && PyErr_Occurred()) return NULL;
    PyObject *list = PyList_New(0);
    if (!list) return NULL;
    for (Py_ssize_t at = sizeof fibonacci / sizeof *fibonacci; at-- > 0 && PyList_GET_SIZE(list) < LARGEST;) {
        if (fibonacci[at] > rest) continue;
        rest -= (size_t)fibonacci[at];
        PyObject *place = PyLong_FromSsize_t(at);
        if (!place || PyList_Append(list, place) < 0) {
            Py_XDECREF(place);
            Py_DECREF(list);
            return NULL;
        }
        Py_DECREF(place);
    }
    return list;
}

/* A record as the platform's ABI lays it out, without what its gaps hold. */
static PyObject *record(PyObject *module, PyObject *arguments) {
    struct {
        char kind;
        long count;
        char unit;
        double size;
    } it;
    memset(&it, 0, sizeof it);
    if (!PyArg_ParseTuple(arguments, "ld", &it.count, &it.size)) return NULL;
    it.kind = 'k';
    it.unit = 'u';
    return PyBytes_FromStringAndSize((const char *)&it, sizeof it);
}

static PyObject *sizes(PyObject *module, PyObject *unused) {
    return Py_BuildValue("(ii)", (int)sizeof(size_t), (int)sizeof(wchar_t));
}

static int start(PyObject *module) {
    return PyModule_AddIntConstant(module, "LARGEST", LARGEST);
}

static PyMethodDef methods[] = {
    {"parts", parts, METH_O, "parts(n): places of the Fibonacci numbers whose sum n is"},
    {"record", record, METH_VARARGS, "record(count, size): them, as C has them in a struct"},
    {"sizes", sizes, METH_NOARGS, "sizes(): bytes of a size_t, of a wchar_t"},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{Py_mod_exec, start}, {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_spans", "Zeckendorf's sums.", 0, methods, slots, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__spans(void) {
    return PyModuleDef_Init(&definition);
}
