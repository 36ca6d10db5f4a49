// In-place changes through views of tracked tensors, and what PyTorch gives for the same lines: the
// numbers are printed by tools/make_in_place_reference.py (torch 2.13.0+cpu).
#pragma once

#include <vector>

#include "autograd/leaf.hpp"
#include "support/values.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/tensor.hpp"

namespace tapegrad::test::in_place_views {

inline Tensor row_of_zeros(const Tensor& a, const Tensor& w, const Tensor&) {
  Tensor h = zeros({2, 3}, {.dtype = float64});
  h[0].copy_(w * 2);
  return (h * h + h * a).sum();
}

inline Tensor column_of_recorded(const Tensor& a, const Tensor&, const Tensor& s) {
  const Tensor h = a * 2;
  h.select(1, 1).add_(s * s);
  return (h * h * h).sum();
}

inline Tensor part_of_columns(const Tensor& a, const Tensor& w, const Tensor&) {
  const Tensor h = a * a;
  h.slice(1, 1).mul_(w.slice(0, 1));
  return (h * h).sum();
}

inline Tensor view_of_view(const Tensor& a, const Tensor&, const Tensor& s) {
  const Tensor h = a * a;
  const Tensor row = h[1];
  Tensor part = row.slice(0, 1);
  part *= s;
  return (h * h * h).sum() + (part * 3).sum();
}

inline Tensor transposed(const Tensor& a, const Tensor& w, const Tensor&) {
  const Tensor h = a * 2;
  h.t().mul_(w.view({3, 1}));
  return exp(h).sum();
}

inline Tensor shifted_sum(const Tensor& a, const Tensor&, const Tensor&) {
  const Tensor h = a.reshape({6}) * 1;
  h.slice(0, 1) += h.slice(0, 0, -1);
  return (h * h).sum();
}

inline Tensor views_taken_again(const Tensor& a, const Tensor& w, const Tensor& s) {
  const Tensor h = a * 1;
  h[0].mul_(w);
  h.select(1, 2).add_(s * s);
  h[1].div_(w);
  return (h * h * h).sum();
}

inline Tensor base_after_view(const Tensor& a, const Tensor& w, const Tensor& s) {
  Tensor h = zeros({2, 3}, {.dtype = float64});
  h[0].add_(w);
  h.mul_(a);
  h.add_(s);
  return (h * h).sum();
}

inline Tensor view_after_base(const Tensor& a, const Tensor& w, const Tensor&) {
  Tensor h = a * 1;
  h.mul_(w);
  h[1].mul_(h[0]);
  return (h * h).sum();
}

inline Tensor recurrence(const Tensor& a, const Tensor& w, const Tensor& s) {
  const Tensor h = zeros({4}, {.dtype = float64});
  h[0].copy_(s);
  for (int i = 0; i < 3; ++i) h[i + 1].copy_(h[i].clone() * w[i] + a[0][i]);
  return (h * h.clone()).sum();
}

inline Tensor strided_flat(const Tensor& a, const Tensor&, const Tensor& s) {
  const Tensor h = a * 1;
  h.view({6}).slice(0, 1, std::nullopt, 2).mul_(s);
  return (h * h * h).sum();
}

inline Tensor times_own_row(const Tensor& a, const Tensor&, const Tensor&) {
  Tensor h = a * 1;
  h.mul_(h[0]);
  return (h * h).sum();
}

inline Tensor itself(const Tensor& a, const Tensor& w, const Tensor& s) {
  Tensor h = a * 1;
  h.mul_(h);
  h.div_(h + s);
  return (h * w).sum();
}

inline Tensor cleared_row(const Tensor& a, const Tensor& w, const Tensor&) {
  const Tensor h = a * w;
  h[0].zero_();
  return (h * h * h).sum() + h.sum();
}

inline Tensor rows_divided(const Tensor& a, const Tensor&, const Tensor&) {
  const Tensor h = a * a + 1;
  h[0].div_(h[1]);
  return (h * h).sum();
}

inline Tensor overwritten(const Tensor& a, const Tensor& w, const Tensor& s) {
  const Tensor h = zeros({2, 3}, {.dtype = float64});
  h[0].copy_(w);
  h[0].copy_(w * w);
  return (h * a).sum() * s;
}

inline Tensor read_between(const Tensor& a, const Tensor& w, const Tensor& s) {
  const Tensor h = a * 1;
  const Tensor early = h[0] + 0;
  h[0].add_(w);
  const Tensor late = h[0] * 2;
  h[0].mul_(s);
  return (early * late).sum() + h.sum();
}

inline Tensor permuted_block(const Tensor& a, const Tensor& w, const Tensor& s) {
  const Tensor h = (a.view({2, 3, 1}) * w).contiguous();
  h.permute({2, 0, 1}).slice(0, 1).select(1, 1).sub_(s * w);
  return (h * h).sum();
}

inline Tensor single_element(const Tensor& a, const Tensor&, const Tensor& s) {
  const Tensor h = a * 1;
  h[1][2].mul_(h[0][1].clone());
  return (h * h * s).sum();
}

inline Tensor expanded_source(const Tensor& a, const Tensor& w, const Tensor&) {
  const Tensor h = ones({2, 3}, {.dtype = float64});
  h.slice(1, 0, 2).mul_(w.slice(0, 0, 1).view({1, 1}).expand({2, 2}));
  return (h * a).sum();
}

struct Case {
  const char* name;
  Tensor (*f)(const Tensor& a, const Tensor& w, const Tensor& s);
  double y;
  std::vector<Values> first;   // gradients of a, w and s
  std::vector<Values> second;  // gradients of the sum of squares of these
};

inline const Case cases[] = {
    // clang-format off
    {"row_of_zeros", row_of_zeros, 14.75,
     {{2.5, -1.0, 1.5, 0.0, 0.0, 0.0}, {11.0, -6.0, 10.0}, {0.0}},
     {{44.0, -24.0, 40.0, 0.0, 0.0, 0.0}, {186.0, -100.0, 166.0}, {0.0}}},
    {"column_of_recorded", column_of_recorded, 109.4375,
     {{6.0, 0.375, 96.0, 54.0, 45.375, 13.5}, {0.0, 0.0, 0.0}, {68.625}},
     {{288.0, 1239.75, 18432.0, 7776.0, 19577.25, -972.0}, {0.0, 0.0, 0.0}, {37504.6875}}},
    {"part_of_columns", part_of_columns, 14.553955078125,
     {{0.5, -1.0, 18.0, 13.5, 0.015625, -0.94921875}, {0.0, -1.00390625, 24.474609375}, {0.0}},
     {{3.0, -14.03125, 3321.5625, 729.0, 0.13134765625, -131.11083984375}, {0.0,
     -12.03326416015625, 3330.1560974121094}, {0.0}}},
    {"view_of_view", view_of_view, 79.82025146484375,
     {{0.1875, -6.0, 192.0, 45.5625, 2.269775390625, -11.555419921875}, {0.0, 0.0, 0.0},
     {3.0780029296875}},
     {{0.703125, -360.0, 184320.0, 13839.609375, 52.12886846065521, -1035.245905995369}, {0.0, 0.0,
     0.0}, {342.9764860868454}}},
    {"transposed", transposed, 69.91869695960109,
     {{8.725857393654604, -2.718281828459045, 30.128305384781502, 106.30270500015696,
     -0.7788007830714049, 0.4869787010375246}, {131.0535889576502, -5.0471632653823875,
     79.85516899171314}, {0.0}},
     {{4497.500677687883, -124.53500971430098, 28386.087480723087, 162379.59309869655,
     -13.005265429532363, -12.25114405644625}, {187376.69198778953, -172.65430563870729,
     61124.76154310162}, {0.0}}},
    {"shifted_sum", shifted_sum, 17.0625,
     {{0.0, 1.0, 9.0, 10.5, 2.5, -1.0}, {0.0, 0.0, 0.0}, {0.0}},
     {{4.0, 44.0, 118.0, 130.0, 58.0, 6.0}, {0.0, 0.0, 0.0}, {0.0}}},
    {"views_taken_again", views_taken_again, 62.706515625,
     {{1.46484375, -0.375, 31.640625, 3.4560000000000004, -1.5, 16.0}, {-3.5612624999999998, -1.5,
     52.375}, {174.5625}},
     {{-7.8739892578124975, -7.3125, 26429.8095703125, 90.92756736, 63.0, 16322.666666666673},
     {-148.2318915463125, 34.3125, 10162.128255208328}, {177640.09765625}}},
    {"base_after_view", base_after_view, 24.265625,
     {{5.3125, -2.0, 4.5, 0.0, 0.0, 0.0}, {2.125, -4.0, 12.0}, {23.25}},
     {{172.828125, -88.5, 295.875, 0.0, 0.0, 0.0}, {107.0625, -129.0, 459.0}, {718.3125}}},
    {"view_after_base", view_after_base, 4.979736328125,
     {{7.0556640625, -0.5078125, 2.9619140625, 1.8310546875, 0.03125, -1.8984375}, {5.01953125,
     -1.03125, 9.796875}, {0.0}},
     {{427.5172233581543, -4.7735595703125, 207.93858432769775, 166.64743423461914, 0.5869140625,
     -219.2435760498047}, {415.68695068359375, -6.6220703125, 550.8084411621094}, {0.0}}},
    {"recurrence", recurrence, 12.804931640625,
     {{6.66796875, -3.8359375, 0.71875, 0.0, 0.0, 0.0}, {10.001953125, -9.1103515625,
     -1.572265625}, {11.3349609375}},
     {{343.7473907470703, -260.99102783203125, -113.546142578125, 0.0, 0.0, 0.0},
     {666.7834167480469, -894.810619354248, 186.0050048828125}, {608.4095039367676}}},
    {"strided_flat", strided_flat, 14.732421875,
     {{0.75, 10.125, 12.0, 22.78125, 0.1875, 5.6953125}, {0.0, 0.0, 0.0}, {13.18359375}},
     {{4.5, 123.873046875, 288.0, 2585.31591796875, 0.5625, 127.3436279296875}, {0.0, 0.0, 0.0},
     {3079.2359619140625}}},
    {"times_own_row", times_own_row, 19.9375,
     {{2.75, -4.125, 34.25, 0.75, 0.5, -6.0}, {0.0, 0.0, 0.0}, {0.0}},
     {{45.75, -101.03125, 3437.0625, 17.25, 10.25, -507.0}, {0.0, 0.0, 0.0}, {0.0}}},
    {"itself", itself, 1.4585714285714284,
     {{0.6122448979591837, 0.24000000000000002, 0.14876033057851235, 0.3999999999999999,
     -0.15360000000000001, -0.39669421487603307}, {0.7428571428571429, 0.44, 1.0},
     {-0.4075879237645471}},
     {{1.607946787225118, -0.32719437287906894, 0.3176995072799224, 0.13328585956035313,
     0.35208460495597915, -1.1176944223144425}, {1.0527232068731691, -0.17347520269860006,
     0.6942395247341474}, {-1.7161215410185298}}},
    {"cleared_row", cleared_row, 7.599365234375,
     {{0.0, -0.0, 0.0, 14.43359375, -0.5234375, 1.4619140625}, {17.3203125, 0.26171875,
     -1.4619140625}, {0.0}},
     {{0.0, 0.0, 0.0, 1638.1226806640625, 0.7933349609375, -16.80059051513672},
     {1819.0838623046875, -1.2186279296875, 16.80059051513672}, {0.0}}},
    {"rows_divided", rows_divided, 28.06399408923855,
     {{0.2366863905325444, -7.086505190311419, 16.384, 19.226900318616295, -2.272325971911256,
     14.973300000000002}, {0.0, 0.0, 0.0}, {0.0}},
     {{-16.489038617438567, -231.18546992035525, 1639.970766848, 1213.941515988338,
     -76.88982374665488, 2263.3553962464002}, {0.0, 0.0, 0.0}, {0.0}}},
    {"overwritten", overwritten, 2.484375,
     {{2.34375, 0.375, 0.84375, 0.0, 0.0, 0.0}, {1.875, 1.5, 4.5}, {1.65625}},
     {{19.23828125, -3.671875, 22.11328125, 0.0, 0.0, 0.0}, {27.34375, -6.8125, 67.734375},
     {43.1484375}}},
    {"read_between", read_between, 21.25,
     {{6.0, -3.5, 11.0, 1.0, 1.0, 1.0}, {2.5, -0.5, 5.5}, {3.0}},
     {{64.0, -24.0, 116.0, 0.0, 0.0, 0.0}, {30.0, -8.0, 50.0}, {42.0}}},
    {"permuted_block", permuted_block, 29.09375,
     {{2.375, -4.75, 9.5, 6.1875, 1.5625, -4.125}, {30.4375, -16.375, 15.9375}, {13.65625}},
     {{255.3125, -510.625, 1021.25, 697.5859375, 161.296875, -420.4921875}, {2297.984375,
     -1412.40625, 1025.65625}, {1624.578125}}},
    {"single_element", single_element, 12.1875,
     {{1.5, -4.6875, 6.0, 4.5, 0.75, -2.25}, {0.0, 0.0, 0.0}, {8.125}},
     {{25.25, -114.9765625, 101.0, 75.75, 12.625, -80.0625}, {0.0, 0.0, 0.0}, {114.796875}}},
    {"expanded_source", expanded_source, 2.8125,
     {{1.25, 1.25, 1.0, 1.25, 1.25, 1.0}, {1.25, 0.0, 0.0}, {0.0}},
     {{2.5, 2.5, 0.0, 2.5, 2.5, 0.0}, {10.0, 0.0, 0.0}, {0.0}}},
    // clang-format on
};

}  // namespace tapegrad::test::in_place_views
