// A storage of our own is one block: the header, then the bytes.
#include "core/storage.hpp"

#include <new>
#include <utility>

#include "core/memory.hpp"

namespace tapegrad {
namespace {

constexpr std::size_t header = 64;  // keeps the bytes on a cache line of their own
static_assert(sizeof(Storage) <= header);

/// Where nothing is: a null pointer says that there are no values yet.
std::byte nothing[1];

struct ForeignStorage : Storage {
  std::function<void(void*)> deleter;
};

}  // namespace

constinit thread_local std::uint32_t current_capture = 0;

Ptr<Storage> make_storage(std::size_t bytes) {
  void* block = allocate(header + bytes);
  auto* storage = new (block) Storage;
  storage->capture = current_capture;
  storage->bytes = bytes;
  storage->data = static_cast<std::byte*>(block) + header;
  return Ptr<Storage>(storage);
}

Ptr<Storage> make_foreign_storage(void* data, std::size_t bytes) {
  auto* storage = new ForeignStorage;
  storage->foreign = true;
  storage->capture = current_capture;
  storage->bytes = bytes;
  storage->data = bytes == 0 && !data ? nothing : static_cast<std::byte*>(data);
  return Ptr<Storage>(storage);
}

void give(Storage& foreign, std::function<void(void*)> deleter) noexcept {
  static_cast<ForeignStorage&>(foreign).deleter = std::move(deleter);
}

void destroy(Storage* storage) noexcept {
  if (storage->foreign) {
    auto* foreign = static_cast<ForeignStorage*>(storage);
    if (foreign->deleter) foreign->deleter(foreign->data);
    delete foreign;
  } else {
    const std::size_t bytes = storage->bytes;
    storage->~Storage();
    deallocate(storage, header + bytes);
  }
}

}  // namespace tapegrad
