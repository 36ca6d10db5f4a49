// Robots, cameras, maps, matrices.
#include "gradtest/applied.hpp"

namespace tapegrad::test {
namespace {

using View = Applied::View;
using Out = Applied::Out;
using std::asin, std::atan2, std::cos, std::hypot, std::pow, std::sin, std::sqrt;

/// Squared distance of a three-jointed arm's hand from a target.
struct Hand {
  double x = -1.1, y = -0.4;
  explicit Hand(View q) {
    double angle = 0;
    const double links[] = {0.8, 0.6, 0.25};
    for (int i = 0; i < 3; ++i) {
      angle += q[i];
      x += links[i] * cos(angle);
      y += links[i] * sin(angle);
    }
  }
};
double reach(View q) { return pow(Hand(q).x, 2) + pow(Hand(q).y, 2); }
/// `carried`: a joint also moves the links behind the next.
void reach_gradient(View q, Out g, bool carried) {
  const Hand hand(q);
  const double links[] = {0.8, 0.6, 0.25};
  for (int k = 0; k < 3; ++k) {
    double dx = 0, dy = 0, angle = 0;
    for (int i = 0; i < (carried ? 3 : k + 1); ++i) {
      angle += q[i];
      if (i < k) continue;
      dx -= links[i] * sin(angle);
      dy += links[i] * cos(angle);
    }
    g[k] = 2 * (hand.x * dx + hand.y * dy);
  }
}

/// The column at which a camera with radial distortion sees (x, y, z): focal length, k, x, y, z.
double column(View p) {
  const double u = p[2] / p[4], v = p[3] / p[4];
  return 320 + p[0] * u * (1 + p[1] * (u * u + v * v));
}
void column_gradient(View p, Out g, bool by_radius) {
  const double u = p[2] / p[4], v = p[3] / p[4], r = u * u + v * v;
  const double to_u = p[0] * (1 + p[1] * r + (by_radius ? 2 * p[1] * u * u : 0));
  const double to_v = p[0] * p[1] * u * 2 * v;
  g[0] = u * (1 + p[1] * r);
  g[1] = p[0] * u * r;
  g[2] = to_u / p[4];
  g[3] = to_v / p[4];
  g[4] = -(to_u * u + to_v * v) / p[4];
}

/// The third coordinate of a vector that is turned by the quaternion q / |q|.
double turned(View q) {
  const double n = q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3];
  const double a = 2 * (q[1] * q[3] - q[0] * q[2]), b = 2 * (q[2] * q[3] + q[0] * q[1]);
  const double c = q[0] * q[0] - q[1] * q[1] - q[2] * q[2] + q[3] * q[3];
  return (0.3 * a - 1.2 * b + 0.5 * c) / n;
}
void turned_gradient(View q, Out g, bool normalized) {
  const double n = q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3];
  const double z = turned(q);
  g[0] = -0.6 * q[2] - 2.4 * q[1] + q[0];
  g[1] = 0.6 * q[3] - 2.4 * q[0] - q[1];
  g[2] = -0.6 * q[0] - 2.4 * q[3] - q[2];
  g[3] = 0.6 * q[1] - 2.4 * q[2] + q[3];
  for (int i = 0; i < 4; ++i) g[i] = (g[i] - (normalized ? 2 * z * q[i] : 0)) / n;
}

/// Metres from Berlin to (latitude, longitude) in radians.
constexpr double latitude = 0.9163, longitude = 0.2339, radius = 6.371e6;
double haversine(View p) {
  return pow(sin((p[0] - latitude) / 2), 2) +
         cos(latitude) * cos(p[0]) * pow(sin((p[1] - longitude) / 2), 2);
}
double distance(View p) { return 2 * radius * asin(sqrt(haversine(p))); }
void distance_gradient(View p, Out g, double sign) {
  const double h = haversine(p), scale = radius / sqrt(h * (1 - h));
  g[0] = scale * (sin(p[0] - latitude) / 2 +
                  sign * cos(latitude) * sin(p[0]) * pow(sin((p[1] - longitude) / 2), 2));
  g[1] = scale * cos(latitude) * cos(p[0]) * sin(p[1] - longitude) / 2;
}

double determinant(View a) {
  return a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6]) +
         a[2] * (a[3] * a[7] - a[4] * a[6]);
}
void inverse_transposed(View a, Out g) {
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      const std::size_t r = (i + 1) % 3, s = (i + 2) % 3, c = (j + 1) % 3, d = (j + 2) % 3;
      g[3 * i + j] = (a[3 * r + c] * a[3 * s + d] - a[3 * r + d] * a[3 * s + c]) / determinant(a);
    }
  }
}

constexpr double other[] = {0.3, -2, 1.4, 0.9};
double cosine(View a) {
  double dot = 0, own = 0, size = 0;
  for (int i = 0; i < 4; ++i) {
    dot += a[i] * other[i];
    own += a[i] * a[i];
    size += other[i] * other[i];
  }
  return dot / sqrt(own * size);
}
void cosine_gradient(View a, Out g, bool normalized) {
  double own = 0, size = 0;
  for (int i = 0; i < 4; ++i) {
    own += a[i] * a[i];
    size += other[i] * other[i];
  }
  for (int i = 0; i < 4; ++i) {
    g[i] = other[i] / sqrt(own * size) - (normalized ? cosine(a) * a[i] / own : 0);
  }
}

double mahalanobis(View x) { return sqrt(4 * x[0] * x[0] - 2 * x[0] * x[1] + 3 * x[1] * x[1]); }

}  // namespace

std::vector<Applied> geometry() {
  return {
      {"robotics",
       "an arm's reach, each joint moving its own link alone",
       reach,
       [](View q, Out g) { reach_gradient(q, g, true); },
       [](View q, Out g) { reach_gradient(q, g, false); },
       {0.4, -1.1, 2.3}},
      {"vision",
       "a distorted projection, without the radius's derivative",
       column,
       [](View p, Out g) { column_gradient(p, g, true); },
       [](View p, Out g) { column_gradient(p, g, false); },
       {812, -0.0031, 0.42, -0.2, 3.1}},
      {"robotics",
       "a quaternion's rotation, without its normalization",
       turned,
       [](View q, Out g) { turned_gradient(q, g, true); },
       [](View q, Out g) { turned_gradient(q, g, false); },
       {0.9, 0.1, -0.3, 0.3}},
      {"maps",
       "the distance on a sphere, a sign",
       distance,
       [](View p, Out g) { distance_gradient(p, g, -1); },
       [](View p, Out g) { distance_gradient(p, g, 1); },
       {0.71, -1.29}},
      {"maps",
       "the distance to a neighbour, right by latitude alone",
       distance,
       [](View p, Out g) { distance_gradient(p, g, -1); },
       [](View p, Out g) {
         distance_gradient(p, g, -1);
         g[1] = radius * cos(latitude);
       },
       {0.9165, 0.2342}},
      {"matrices",
       "log det, the inverse without transposition",
       [](View a) { return std::log(std::fabs(determinant(a))); },
       inverse_transposed,
       [](View a, Out g) {
         std::vector<double> t(9);
         inverse_transposed(a, t);
         for (std::size_t i = 0; i < 9; ++i) g[i] = t[i % 3 * 3 + i / 3];
       },
       {4, 1.2, -0.3, 0.7, 5, 0.8, -1.1, 0.4, 3}},
      {"geometry",
       "the cosine of two vectors, without its normalization",
       cosine,
       [](View a, Out g) { cosine_gradient(a, g, true); },
       [](View a, Out g) { cosine_gradient(a, g, false); },
       {120, -33, 95, 4}},
      {"geometry",
       "Mahalanobis' distance, half",
       mahalanobis,
       [](View x, Out g) {
         g[0] = (4 * x[0] - x[1]) / mahalanobis(x);
         g[1] = (3 * x[1] - x[0]) / mahalanobis(x);
       },
       [](View x, Out g) {
         g[0] = (2 * x[0] - x[1] / 2) / mahalanobis(x);
         g[1] = (1.5 * x[1] - x[0] / 2) / mahalanobis(x);
       },
       {1e-7, -3e-7}},
      {"geometry",
       "bearing across the cut of atan2, both signs",
       [](View p) { return atan2(p[1], p[0]); },
       [](View p, Out g) {
         g[0] = -p[1] / (p[0] * p[0] + p[1] * p[1]);
         g[1] = p[0] / (p[0] * p[0] + p[1] * p[1]);
       },
       [](View p, Out g) {
         g[0] = p[1] / (p[0] * p[0] + p[1] * p[1]);
         g[1] = -p[0] / (p[0] * p[0] + p[1] * p[1]);
       },
       {-5, 0.02}},
  };
}

}  // namespace tapegrad::test
