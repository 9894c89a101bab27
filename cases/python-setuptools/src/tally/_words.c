#define PY_SSIZE_T_CLEAN
#include <Python.h>

#ifndef CONFIGURED_WORD
#error "setup.py says how many bytes a long of the host has"
#endif

/* Refuses at build time what was configured for another platform. */
_Static_assert(CONFIGURED_WORD == sizeof(long), "configured for another platform");
_Static_assert(SIZEOF_LONG == sizeof(long), "Python.h of another platform");

/* a + b, in longs. */
static PyObject *add(PyObject *module, PyObject *arguments) {
    long a, b, sum;
    if (!PyArg_ParseTuple(arguments, "ll", &a, &b)) return NULL;
    if (__builtin_add_overflow(a, b, &sum)) {
        PyErr_Format(PyExc_OverflowError, "the sum does not fit in a long of %d bytes", (int)sizeof sum);
        return NULL;
    }
    return PyLong_FromLong(sum);
}

/* Folds bytes into a number, each as a plain char: signed or not, as the platform has it. */
static PyObject *fold(PyObject *module, PyObject *arguments) {
    const char *text;
    Py_ssize_t length;
    unsigned int sum = 1;
    if (!PyArg_ParseTuple(arguments, "y#", &text, &length)) return NULL;
    for (Py_ssize_t at = 0; at < length; at++) sum = sum * 31 + text[at];
    return PyLong_FromUnsignedLong(sum);
}

static PyObject *word(PyObject *module, PyObject *unused) {
    return Py_BuildValue("(iii)", (int)sizeof(long), (int)sizeof(void *), (int)sizeof(long double));
}

static PyObject *configured_word(PyObject *module, PyObject *unused) {
    return PyLong_FromLong(CONFIGURED_WORD);
}

static PyMethodDef methods[] = {
    {"add", add, METH_VARARGS, "add(a, b): their sum; OverflowError where a long is too small"},
    {"fold", fold, METH_VARARGS, "fold(bytes): a number of them, each taken as a plain char"},
    {"word", word, METH_NOARGS, "word(): bytes of a long, of a pointer, of a long double"},
    {"configured_word", configured_word, METH_NOARGS, "configured_word(): what setup.py said of a long"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_words", "C longs and chars of the host.", 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__words(void) {
    return PyModule_Create(&definition);
}
