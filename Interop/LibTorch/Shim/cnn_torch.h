// The C interface between managed code and libtorch.
//
// A program is a list of calls to ATen operators over numbered slots, recorded once and run as often as one likes. Operators are
// named as in ATen's own schemas ("aten::conv2d", overload "") and called through the dispatcher, so that no operator has a
// line of its own here, defaults come from the schema, and any libtorch that has the dispatcher will do.
//
// Functions return 0 when all is well; otherwise ct_error() tells what went wrong on this thread.

#pragma once

#include <cstdint>

#ifdef _WIN32
#define CT_EXPORT extern "C" __declspec(dllexport)
#else
#define CT_EXPORT extern "C" __attribute__((visibility("default")))
#endif

struct ct_program;
struct ct_tensor;
struct ct_optimizer;

// An argument of an operator.
enum ct_kind : int32_t {
  CT_DEFAULT,  // what the schema says
  CT_NONE,
  CT_SLOT,    // integer: the slot
  CT_INT,     // integer
  CT_FLOAT,   // real
  CT_BOOL,    // integer: 0 or 1
  CT_INTS,    // count times int64_t
  CT_FLOATS,  // count times double
  CT_BOOLS,   // count times uint8_t
  CT_SLOTS,   // count times int32_t; -1 is an absent tensor
  CT_TEXT,    // count bytes of UTF-8
};

struct ct_argument {
  ct_kind kind;
  int32_t count;
  union {
    int64_t integer;
    double real;
    const void* data;
  };
};

// What may be asked of a tensor. Element types are numbered as in ONNX's TensorProto.DataType.
struct ct_view {
  int32_t element_type;
  int32_t rank;
  const int64_t* extents;
  void* data;
};

CT_EXPORT const char* ct_error();
CT_EXPORT const char* ct_version();

CT_EXPORT int ct_program_create(ct_program** program);
CT_EXPORT void ct_program_destroy(ct_program* program);

// Lays a slot over memory that stays the caller's, for all runs until it is bound anew.
CT_EXPORT int ct_bind(ct_program* program, int32_t slot, const ct_view* view, int32_t requires_gradient);

// Names what is recorded from now on, for the errors of its runs.
CT_EXPORT int ct_label(ct_program* program, const char* label);

// Records a call. Results go to the slots in order, the tensors of a list one by one; -1 drops a result. Where `differentiable`
// is 0 nothing is recorded for gradients, which is also how an optimizer changes parameters in place.
CT_EXPORT int ct_call(ct_program* program, const char* op, const char* overload, const ct_argument* arguments, int32_t argument_count,
                      const int32_t* results, int32_t result_count, int32_t differentiable);

// Records the computation of gradients of `outputs`, weighted with `cotangents` (-1 is a one), with respect to `inputs`.
// A gradient of what the outputs do not depend on is zero.
CT_EXPORT int ct_gradients(ct_program* program, const int32_t* outputs, const int32_t* cotangents, int32_t output_count,
                           const int32_t* inputs, const int32_t* gradients, int32_t input_count);

// Keeps a slot's tensor after the run; the others are dropped after their last use.
CT_EXPORT int ct_keep(ct_program* program, int32_t slot);

// Runs all that was recorded. With `inference` nothing is prepared for gradients, and none may be recorded.
CT_EXPORT int ct_run(ct_program* program, int32_t threads, int32_t inference);

// The tensor of a slot that was kept, in row-major order: its own memory where it has that order already.
CT_EXPORT int ct_result(ct_program* program, int32_t slot, ct_tensor** tensor, ct_view* view);
CT_EXPORT void ct_tensor_destroy(ct_tensor* tensor);

// libtorch's own optimizers, over weights that stay the caller's memory and change in place. `options` are, by kind:
//   sgd      momentum, weight decay, Nesterov (0 or 1)
//   adam     beta1, beta2, epsilon, weight decay; adamw likewise
//   rmsprop  alpha, epsilon, weight decay, momentum, centred (0 or 1)
//   adagrad  decay of the rate, weight decay, epsilon
CT_EXPORT int ct_optimizer_create(const char* kind, const double* options, int32_t option_count, const ct_view* weights, ct_optimizer** optimizer);
CT_EXPORT int ct_optimizer_step(ct_optimizer* optimizer, double rate, const ct_view* gradients);
CT_EXPORT void ct_optimizer_destroy(ct_optimizer* optimizer);
