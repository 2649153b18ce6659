#ifndef OAUTH2_RS_SHIM_GUARDED_H
#define OAUTH2_RS_SHIM_GUARDED_H

#include <utility>

namespace oauth2_rs {

/* The only place that catches: no exception crosses the C interface. `otherwise` stands for it. */
template <class T, class Work>
T guarded(T otherwise, Work&& work) noexcept {
    try {
        return std::forward<Work>(work)();
    } catch (...) {
        return otherwise;
    }
}

}  // namespace oauth2_rs

#endif
