// Saver: checkpoints of a training run, from which it goes on exactly where it was.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tapegrad/random.hpp"
#include "tapegrad/state_dict.hpp"

namespace [[gnu::visibility("default")]] tapegrad {

namespace optim {
class Optimizer;
}

namespace io {

/// What can be saved as tensors: modules, optimizers, and types of your own. load_state_dict()
/// copies the values and throws tapegrad::Error for a state that doesn't fit; it must take back
/// what state_dict() gave. A type whose load_state_dict() reports missing and unexpected names, as
/// a module's does, takes every state with the names, shapes and dtypes of its own.
template <class T>
concept Stateful = requires(const T& saved, T& loaded, const StateDict& state) {
  { saved.state_dict() } -> std::convertible_to<StateDict>;
  loaded.load_state_dict(state);
};

namespace detail {

/// When a part can refuse a state, and what it leaves behind then.
enum class Refusal {
  never,      // once names, shapes and dtypes are those of its own state
  unchanged,  // at any time, before it has changed anything
  anywhere    // at any time, perhaps half way
};

/// Something that is saved under a name. The entry of a value without names of its own is "".
struct Part {
  std::string name;
  std::function<StateDict()> state;
  std::function<void(const StateDict&)> load;
  Refusal refusal = Refusal::anywhere;
};

template <class T>
inline constexpr Refusal refusal_of = requires(T& part, const StateDict& state) {
  part.load_state_dict(state).unexpected;
}
? Refusal::never : std::derived_from<T, optim::Optimizer> ? Refusal::unchanged : Refusal::anywhere;

}  // namespace detail

struct Restored;

struct SaverOptions {
  /// So many of the newest checkpoints stay, older ones are removed; 0 keeps all.
  std::int64_t max_to_keep = 5;
  /// Checkpoints at multiples of so many steps stay for ever; 0 for none.
  std::int64_t keep_every = 0;
  /// Saved along with each, such as the settings of the run. Names must not start with "tapegrad.".
  std::map<std::string, std::string> metadata = {};
  /// So many seconds save() and restore_latest() wait while another Saver, of any thread or
  /// process, has the folder: to list it or to read what it restores. Then they throw IoError,
  /// which names that process. Infinity: for ever.
  double lock_seconds = 60;
  /// Told once after a second of such waiting, in words for the user: which folder, and which
  /// process has it. The library itself prints nothing.
  std::function<void(const std::string&)> on_wait = {};
  /// Called with the checkpoint that is about to be restored, before anything is changed: it throws
  /// where that is another run's, by its metadata for instance. What it throws is passed on.
  std::function<void(const Restored&)> accept = {};
};

/// What restore_latest() could not use: a checkpoint, or the list of them.
struct PassedOver {
  std::string path;
  std::string reason;
};

struct Restored {
  std::string path;
  std::int64_t step = 0;
  /// As SaverOptions had it when this was saved.
  std::map<std::string, std::string> metadata;
  /// Newer than what was restored, but damaged, missing, renamed or no files, and the list if it
  /// can't be read; the newest first.
  std::vector<PassedOver> passed_over = {};
};

/// Saves and restores what was added to it, as files of one folder.
///
///   tg::io::Saver saver("runs/line");
///   std::int64_t step = 0;
///   saver.add("model", model).add("optimizer", optimizer).add("step", step);
///   saver.add("random", tg::default_generator());
///   if (auto restored = saver.restore_latest()) std::cout << "resumed at " << restored->step;
///   while (step < 1000) {
///     ...
///     if (++step % 100 == 0) saver.save(step);
///   }
///
/// A checkpoint, "ckpt-100.safetensors", is a safetensors file with names such as
/// "model.linear.weight" and "optimizer.groups.0.lr", and with a checksum over all its bytes. The
/// file "checkpoint" in the folder lists what is there, as TensorFlow's does.
///   A crash at any moment, of the program or of the machine, leaves every checkpoint that save()
/// had returned for, but for those that the options remove. Several Savers, also of several
/// processes, may use one folder: each goes on with the list that it finds.
///   A Saver isn't for several threads at once, and nothing that was added may change during a
///   call.
class Saver {
 public:
  /// Touches nothing yet: the first save() makes the folder. Throws Error for an empty name and for
  /// options that are negative or reserved, IoError for a NUL in the path or in a name of the
  /// metadata.
  explicit Saver(std::string directory, SaverOptions options = {});

  /// Saves `part` under names that start with `name` and a dot. The Saver holds references: what is
  /// added must live as long. Throws Error for a name that is empty, has a dot or a NUL, or was
  /// added before.
  template <Stateful T>
  Saver& add(std::string name, T& part) {
    return add_part(
        {std::move(name), [&part]() -> StateDict { return part.state_dict(); },
         [&part](const StateDict& state) { static_cast<void>(part.load_state_dict(state)); },
         detail::refusal_of<T>});
  }
  Saver& add(std::string name, Generator& generator);
  Saver& add(std::string name, std::int64_t& number);
  Saver& add(std::string name, double& number);
  /// The handle is kept; values are copied into the tensor that it stands for. Throws Error if it
  /// is undefined.
  Saver& add(std::string name, Tensor tensor);

  /// Writes a checkpoint and gives its path. When it returns, the checkpoint is on the disk. A
  /// checkpoint of the same step is replaced; so is a symbolic link, not what it leads to. What
  /// earlier processes left half written is removed.
  ///   Throws Error for a negative step and when nothing was added, IoError when the folder can't
  ///   be made or written, when a folder or a pipe stands in the place of a file (in that of the
  ///   list alone the checkpoint is saved all the same, and the error says so), the disk is full
  ///   or another Saver keeps the folder locked: what was saved before stays.
  std::string save(std::int64_t step);

  /// Restores one checkpoint, all of it or nothing: throws IoError, naming the file and the entry,
  /// and leaves everything as it was, for a file that is damaged or has the name of another step,
  /// that lacks a part or has one that wasn't added, or that has a part with other names, shapes,
  /// dtypes or options.
  Restored restore(const std::string& path);

  /// Restores the newest checkpoint that is intact; those that aren't are passed over, also those
  /// that the list names and that aren't there, aren't files or aren't in this folder, also by a
  /// symbolic link that leads out of it, and the result says why. Nothing if the folder has no
  /// checkpoint and no list of any. Throws IoError when none can be used, so that a run doesn't
  /// begin anew by accident, and, as restore() does, when the newest intact one doesn't fit.
  std::optional<Restored> restore_latest();

  const std::string& directory() const { return directory_; }

 private:
  Saver& add_part(detail::Part part);

  std::string directory_;
  SaverOptions options_;
  std::vector<detail::Part> parts_;
};

/// As SaverOptions has them.
struct LatestOptions {
  double lock_seconds = 60;
  std::function<void(const std::string&)> on_wait = {};
};

/// The path of the checkpoint that was saved last, which isn't read: Saver::restore_latest() passes
/// over damaged ones. Nothing if the folder is missing or has none. Throws IoError for a folder
/// that can't be read, and for one that a Saver keeps locked for more than lock_seconds.
std::optional<std::string> latest_checkpoint(const std::string& directory,
                                             const LatestOptions& options = {});

/// The state of one part of a checkpoint, by the part's own names, to take the model alone:
/// model.load_state_dict(load_checkpoint_part(path, "model")). The tensors look into a mapping of
/// the file. Throws IoError if the file is damaged, has the name of another step or no such part.
StateDict load_checkpoint_part(const std::string& path, const std::string& name);

}  // namespace io
}  // namespace tapegrad
