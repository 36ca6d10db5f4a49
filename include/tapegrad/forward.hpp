// Types that methods of Tensor take and give, by name alone.
#pragma once

namespace [[gnu::visibility("default")]] tapegrad {

class Index;
class Selection;
class RowIterator;
class Generator;
Generator& default_generator();
struct Extremes;
struct Unique;
struct Slogdet;
struct Lstsq;
struct Qr;
struct Eigh;
struct Svd;
enum class PadMode;
enum class QrMode;

}  // namespace tapegrad
