#include "cnn_torch.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/optim/adagrad.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>
#include <torch/version.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

// OpenBLAS has threads of its own; where libtorch was built over another library the function is absent.
extern "C" __attribute__((weak)) void openblas_set_num_threads(int);

struct ct_tensor {
  at::Tensor value;
};

namespace {

using c10::IValue;
using Slots = std::unordered_map<int32_t, at::Tensor>;

thread_local std::string last_error;

// What the exception that is being handled says.
std::string problem() {
  try {
    throw;
  } catch (const c10::Error& e) {
    return e.what_without_backtrace();
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

template <class Body>
int guarded(Body body) {
  try {
    body();
    return 0;
  } catch (...) {
    last_error = problem();
    return 1;
  }
}

constexpr std::pair<int32_t, at::ScalarType> kElementTypes[] = {
    {1, at::kFloat},  {2, at::kByte},  {3, at::kChar},  {5, at::kShort},   {6, at::kInt},
    {7, at::kLong},   {9, at::kBool},  {10, at::kHalf}, {11, at::kDouble}, {16, at::kBFloat16},
};

at::ScalarType scalar_type(int32_t element_type) {
  for (const auto& [onnx, torch] : kElementTypes)
    if (onnx == element_type) return torch;
  throw std::invalid_argument("libtorch has no tensors of ONNX's element type " + std::to_string(element_type));
}

int32_t element_type(at::ScalarType type) {
  for (const auto& [onnx, torch] : kElementTypes)
    if (torch == type) return onnx;
  throw std::invalid_argument(std::string("ONNX has no element type for ") + c10::toString(type));
}

// A tensor over the caller's memory.
at::Tensor over(const ct_view& view) {
  return at::from_blob(view.data, at::IntArrayRef(view.extents, view.rank), at::TensorOptions().dtype(scalar_type(view.element_type)));
}

const at::Tensor& at_slot(const Slots& slots, int32_t slot) {
  auto found = slots.find(slot);
  if (found == slots.end()) throw std::invalid_argument("slot " + std::to_string(slot) + " holds no tensor");
  return found->second;
}

void put(Slots& slots, int32_t slot, at::Tensor tensor) {
  if (slot >= 0) slots[slot] = std::move(tensor);
}

struct Instruction {
  virtual ~Instruction() = default;
  virtual void run(Slots& slots) const = 0;

  std::string label;
  std::vector<int32_t> reads;
  std::vector<int32_t> writes;
};

// How an argument is made at each run: a constant, or tensors out of slots.
struct Argument {
  enum Form { Constant, Tensor, TensorList, OptionalTensorList } form = Constant;
  IValue constant;
  std::vector<int32_t> slots;

  IValue make(const Slots& from) const {
    switch (form) {
      case Constant:
        return constant;
      case Tensor:
        return at_slot(from, slots[0]);
      case TensorList: {
        c10::List<at::Tensor> list;
        for (int32_t slot : slots) list.push_back(at_slot(from, slot));
        return list;
      }
      case OptionalTensorList: {
        c10::List<c10::optional<at::Tensor>> list;
        for (int32_t slot : slots) list.push_back(slot < 0 ? c10::optional<at::Tensor>() : at_slot(from, slot));
        return list;
      }
    }
    throw std::logic_error("an argument of no form");
  }
};

[[noreturn]] void misfit(const c10::Argument& formal) {
  throw std::invalid_argument("the value given for argument '" + formal.name() + "' is not a " + formal.type()->str());
}

template <class Element, class From>
IValue list_of(const ct_argument& given) {
  const From* values = static_cast<const From*>(given.data);
  c10::List<Element> list;
  for (int32_t i = 0; i < given.count; i++) list.push_back(static_cast<Element>(values[i]));
  return list;
}

IValue list_constant(const ct_argument& given, const c10::Argument& formal, c10::TypeKind element) {
  if (given.kind == CT_FLOATS && element == c10::TypeKind::FloatType) return list_of<double, double>(given);
  if (given.kind == CT_BOOLS && element == c10::TypeKind::BoolType) return list_of<bool, uint8_t>(given);
  if (given.kind == CT_INTS && (element == c10::TypeKind::IntType || element == c10::TypeKind::SymIntType)) return list_of<int64_t, int64_t>(given);
  misfit(formal);
}

// The schema decides what a number becomes, and whether it is one that fits: the dispatcher itself would trust it.
IValue constant(const ct_argument& given, const c10::Argument& formal, const c10::TypePtr& type) {
  using Type = c10::TypeKind;
  const Type kind = type->kind();
  switch (given.kind) {
    case CT_DEFAULT:
      if (!formal.default_value()) throw std::invalid_argument("argument '" + formal.name() + "' has no default");
      return *formal.default_value();
    case CT_NONE:
      if (formal.type()->kind() == Type::OptionalType) return IValue();
      break;
    case CT_BOOL:
      if (kind == Type::BoolType || kind == Type::NumberType) return given.integer != 0;
      break;
    case CT_FLOAT:
      if (kind == Type::FloatType || kind == Type::NumberType) return given.real;
      break;
    case CT_INT:
      if (kind == Type::FloatType) return static_cast<double>(given.integer);
      if (kind == Type::IntType || kind == Type::SymIntType || kind == Type::NumberType) return given.integer;
      break;
    case CT_TEXT:
      if (kind == Type::StringType) return std::string(static_cast<const char*>(given.data), given.count);
      break;
    case CT_INTS:
    case CT_FLOATS:
    case CT_BOOLS:
      if (kind == Type::ListType) return list_constant(given, formal, type->containedType(0)->kind());
      break;
    default:
      break;
  }
  misfit(formal);
}

Argument argument(const ct_argument& given, const c10::Argument& formal) {
  c10::TypePtr type = formal.type();
  if (auto optional = type->cast<c10::OptionalType>()) type = optional->getElementType();

  Argument made;
  if (given.kind == CT_SLOT) {
    if (type->kind() != c10::TypeKind::TensorType) misfit(formal);
    made.form = Argument::Tensor;
    made.slots = {static_cast<int32_t>(given.integer)};
  } else if (given.kind == CT_SLOTS) {
    if (type->kind() != c10::TypeKind::ListType) misfit(formal);
    const auto element = type->containedType(0)->kind();
    if (element != c10::TypeKind::TensorType && element != c10::TypeKind::OptionalType) misfit(formal);
    const int32_t* slots = static_cast<const int32_t*>(given.data);
    made.slots.assign(slots, slots + given.count);
    made.form = element == c10::TypeKind::OptionalType ? Argument::OptionalTensorList : Argument::TensorList;
  } else {
    made.constant = constant(given, formal, type);
  }
  return made;
}

struct Call : Instruction {
  c10::OperatorHandle op;
  std::vector<Argument> arguments;
  bool differentiable;

  Call(c10::OperatorHandle op, const ct_argument* given, int32_t count, bool differentiable) : op(op), differentiable(differentiable) {
    const auto& formals = op.schema().arguments();
    if (count > static_cast<int64_t>(formals.size())) throw std::invalid_argument("too many arguments");
    const ct_argument by_default = {CT_DEFAULT, 0, {0}};
    for (size_t i = 0; i < formals.size(); i++) {
      arguments.push_back(argument(static_cast<int32_t>(i) < count ? given[i] : by_default, formals[i]));
      for (int32_t slot : arguments.back().slots)
        if (slot >= 0) reads.push_back(slot);
    }
  }

  void run(Slots& slots) const override {
    at::AutoGradMode mode(differentiable && at::GradMode::is_enabled());
    torch::jit::Stack stack;
    stack.reserve(arguments.size());
    for (const auto& argument : arguments) stack.push_back(argument.make(slots));
    op.callBoxed(stack);

    size_t next = 0;
    for (IValue& value : stack) {
      if (value.isTensor()) {
        if (next < writes.size()) put(slots, writes[next], std::move(value).toTensor());
        next++;
      } else if (value.isTensorList()) {
        for (const at::Tensor& tensor : value.toTensorVector()) {
          if (next < writes.size()) put(slots, writes[next], tensor);
          next++;
        }
      }
    }
    if (next < writes.size())
      throw std::invalid_argument(std::to_string(writes.size()) + " results were asked for, there are " + std::to_string(next));
  }
};

struct Gradients : Instruction {
  std::vector<int32_t> outputs, cotangents, inputs;

  void run(Slots& slots) const override {
    if (c10::InferenceMode::is_enabled()) throw std::invalid_argument("a run for inference has no gradients");
    torch::autograd::variable_list of, weights, with_respect_to;
    for (size_t i = 0; i < outputs.size(); i++) {
      if (!at_slot(slots, outputs[i]).requires_grad()) continue;
      of.push_back(at_slot(slots, outputs[i]));
      weights.push_back(cotangents[i] < 0 ? at::ones_like(of.back()) : at_slot(slots, cotangents[i]));
    }
    for (int32_t slot : inputs) with_respect_to.push_back(at_slot(slots, slot));

    torch::autograd::variable_list gradients(inputs.size());
    if (!of.empty())
      gradients = torch::autograd::grad(of, with_respect_to, weights, /*retain_graph=*/c10::nullopt, /*create_graph=*/false,
                                        /*allow_unused=*/true);
    for (size_t i = 0; i < inputs.size(); i++)
      put(slots, writes[i], gradients[i].defined() ? gradients[i] : at::zeros_like(with_respect_to[i]));
  }
};

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const std::string& kind, const double* o, int32_t count, std::vector<at::Tensor> weights) {
  using namespace torch::optim;
  auto is = [&](const char* name, int32_t options) { return kind == name && count == options; };
  if (is("sgd", 3)) return std::make_unique<SGD>(weights, SGDOptions(1).momentum(o[0]).weight_decay(o[1]).nesterov(o[2] != 0));
  if (is("adam", 4)) return std::make_unique<Adam>(weights, AdamOptions(1).betas({o[0], o[1]}).eps(o[2]).weight_decay(o[3]));
  if (is("adamw", 4)) return std::make_unique<AdamW>(weights, AdamWOptions(1).betas({o[0], o[1]}).eps(o[2]).weight_decay(o[3]));
  if (is("rmsprop", 5))
    return std::make_unique<RMSprop>(weights, RMSpropOptions(1).alpha(o[0]).eps(o[1]).weight_decay(o[2]).momentum(o[3]).centered(o[4] != 0));
  if (is("adagrad", 3)) return std::make_unique<Adagrad>(weights, AdagradOptions(1).lr_decay(o[0]).weight_decay(o[1]).eps(o[2]));
  throw std::invalid_argument("no optimizer '" + kind + "' with " + std::to_string(count) + " options");
}

}  // namespace

struct ct_optimizer {
  at::Tensor weights;
  std::unique_ptr<torch::optim::Optimizer> made;
};

struct ct_program {
  std::vector<std::unique_ptr<Instruction>> instructions;
  std::vector<std::vector<int32_t>> last_uses;  // by instruction; made anew when something was recorded
  Slots bound;
  Slots slots;
  std::unordered_set<int32_t> kept;
  std::string label;

  void add(std::unique_ptr<Instruction> instruction) {
    instruction->label = label;
    instructions.push_back(std::move(instruction));
    last_uses.clear();
  }

  void find_last_uses() {
    last_uses.assign(instructions.size(), {});
    std::unordered_map<int32_t, size_t> last;
    for (size_t i = 0; i < instructions.size(); i++) {
      for (int32_t slot : instructions[i]->reads) last[slot] = i;
      for (int32_t slot : instructions[i]->writes) last[slot] = i;
    }
    for (const auto& [slot, i] : last)
      if (!kept.count(slot)) last_uses[i].push_back(slot);
  }

  void run(bool inference) {
    if (last_uses.size() != instructions.size()) find_last_uses();
    slots = bound;
    at::AutoGradMode gradients(!inference);
    c10::InferenceMode mode(inference);
    for (size_t i = 0; i < instructions.size(); i++) {
      try {
        instructions[i]->run(slots);
      } catch (...) {
        throw std::runtime_error(instructions[i]->label + ": " + problem());
      }
      for (int32_t slot : last_uses[i]) slots.erase(slot);
    }
  }
};

CT_EXPORT const char* ct_error() { return last_error.c_str(); }

CT_EXPORT const char* ct_version() { return TORCH_VERSION; }

CT_EXPORT int ct_program_create(ct_program** program) {
  return guarded([&] { *program = new ct_program(); });
}

CT_EXPORT void ct_program_destroy(ct_program* program) { delete program; }

CT_EXPORT int ct_bind(ct_program* program, int32_t slot, const ct_view* view, int32_t requires_gradient) {
  return guarded([&] {
    at::Tensor tensor = over(*view);
    if (requires_gradient) tensor.set_requires_grad(true);
    program->bound[slot] = std::move(tensor);
  });
}

CT_EXPORT int ct_label(ct_program* program, const char* label) {
  return guarded([&] { program->label = label; });
}

CT_EXPORT int ct_call(ct_program* program, const char* op, const char* overload, const ct_argument* arguments, int32_t argument_count,
                      const int32_t* results, int32_t result_count, int32_t differentiable) {
  return guarded([&] {
    auto handle = c10::Dispatcher::singleton().findSchemaOrThrow(op, overload);
    auto call = std::make_unique<Call>(handle, arguments, argument_count, differentiable != 0);
    call->writes.assign(results, results + result_count);
    program->add(std::move(call));
  });
}

CT_EXPORT int ct_gradients(ct_program* program, const int32_t* outputs, const int32_t* cotangents, int32_t output_count,
                           const int32_t* inputs, const int32_t* gradients, int32_t input_count) {
  return guarded([&] {
    auto made = std::make_unique<Gradients>();
    made->outputs.assign(outputs, outputs + output_count);
    made->cotangents.assign(cotangents, cotangents + output_count);
    made->inputs.assign(inputs, inputs + input_count);
    made->writes.assign(gradients, gradients + input_count);
    made->reads = made->outputs;
    made->reads.insert(made->reads.end(), made->inputs.begin(), made->inputs.end());
    for (int32_t slot : made->cotangents)
      if (slot >= 0) made->reads.push_back(slot);
    program->add(std::move(made));
  });
}

CT_EXPORT int ct_keep(ct_program* program, int32_t slot) {
  return guarded([&] {
    program->kept.insert(slot);
    program->last_uses.clear();
  });
}

CT_EXPORT int ct_run(ct_program* program, int32_t threads, int32_t inference) {
  return guarded([&] {
    if (threads > 0 && at::get_num_threads() != threads) at::set_num_threads(threads);
    if (threads > 0 && openblas_set_num_threads) openblas_set_num_threads(threads);
    program->run(inference != 0);
  });
}

CT_EXPORT int ct_result(ct_program* program, int32_t slot, ct_tensor** tensor, ct_view* view) {
  return guarded([&] {
    auto made = std::make_unique<ct_tensor>();
    made->value = at_slot(program->slots, slot).detach().contiguous();
    view->element_type = element_type(made->value.scalar_type());
    view->rank = static_cast<int32_t>(made->value.dim());
    view->extents = made->value.sizes().data();
    view->data = made->value.data_ptr();
    *tensor = made.release();
  });
}

CT_EXPORT void ct_tensor_destroy(ct_tensor* tensor) { delete tensor; }

CT_EXPORT int ct_optimizer_create(const char* kind, const double* options, int32_t option_count, const ct_view* weights, ct_optimizer** optimizer) {
  return guarded([&] {
    auto made = std::make_unique<ct_optimizer>();
    made->weights = over(*weights).set_requires_grad(true);
    made->made = make_optimizer(kind, options, option_count, {made->weights});
    *optimizer = made.release();
  });
}

CT_EXPORT int ct_optimizer_step(ct_optimizer* optimizer, double rate, const ct_view* gradients) {
  return guarded([&] {
    optimizer->weights.mutable_grad() = over(*gradients);
    for (auto& group : optimizer->made->param_groups()) group.options().set_lr(rate);
    optimizer->made->step();
    optimizer->weights.mutable_grad().reset();
  });
}

CT_EXPORT void ct_optimizer_destroy(ct_optimizer* optimizer) { delete optimizer; }
