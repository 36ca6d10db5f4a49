// Numbers of fields and of types in onnx/onnx.proto (ONNX 1.14, Apache-2.0).
#pragma once

namespace tapegrad::onnx::proto {

namespace model {
constexpr unsigned ir_version = 1, producer_name = 2, graph = 7, opset_import = 8;
}
namespace opset {
constexpr unsigned domain = 1, version = 2;
}
namespace graph {
constexpr unsigned node = 1, name = 2, initializer = 5, input = 11, output = 12,
                   sparse_initializer = 15;
}
namespace node {
constexpr unsigned input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7;
}
namespace attribute {
constexpr unsigned name = 1, f = 2, i = 3, s = 4, t = 5, floats = 7, ints = 8, strings = 9,
                   type = 20;
constexpr int is_float = 1, is_int = 2, is_string = 3, is_tensor = 4, is_floats = 6, is_ints = 7,
              is_strings = 8;
}
namespace tensor {
constexpr unsigned dims = 1, data_type = 2, float_data = 4, int32_data = 5, int64_data = 7,
                   name = 8, raw_data = 9, double_data = 10, uint64_data = 11, external_data = 13,
                   data_location = 14;
}
namespace value {
constexpr unsigned name = 1, type = 2;
}
namespace type {
constexpr unsigned tensor = 1, elem_type = 1, shape = 2;
}
namespace shape {
constexpr unsigned dim = 1, number = 1, param = 2;
}

}  // namespace tapegrad::onnx::proto
