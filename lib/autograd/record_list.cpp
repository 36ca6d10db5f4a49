#include "autograd/record_list.hpp"

#include "core/check.hpp"
#include "core/unknown.hpp"
#include "tapegrad/session.hpp"

namespace tapegrad {
namespace {

/// Unknown sizes as they are declared.
Shape declared(const Shape& shape) {
  Shape result = shape;
  for (std::int64_t& size : result) size = is_unknown(size) ? unknown : size;
  return result;
}

}  // namespace

std::string RecordList::unique(const std::string& name) {
  std::string called = name;
  for (std::size_t n = 1; !names_.insert(called).second; ++n) {
    called = fmt::format("{}_{}", name, n);
  }
  return called;
}

std::size_t RecordList::add_source(const Tensor& x, const std::string& name,
                                   std::string_view operation) {
  list_.push_back({.name = unique(name),
                   .operation = std::string(operation),
                   .dtype = x.dtype(),
                   .shape = declared(x.shape())});
  return list_.size() - 1;
}

void RecordList::add(const TapeRecord& like, const std::vector<Tensor>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) {
    TapeRecord& record = list_.emplace_back(like);
    record.dtype = results[i].dtype();
    record.shape = declared(results[i].shape());
    if (results.size() == 1) continue;
    record.name += fmt::format(":{}", i);
    record.result = i;
  }
  if (results.empty()) list_.emplace_back(like).shape = {0};
}

}  // namespace tapegrad
