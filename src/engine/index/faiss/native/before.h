// Included before faiss-node's source.
#include <omp.h>

#include <faiss/Index.h>
#include <faiss/IndexHNSW.h>

#if FAISS_VERSION_MAJOR == 1 && (FAISS_VERSION_MINOR < 7 || (FAISS_VERSION_MINOR == 7 && FAISS_VERSION_PATCH < 4))
namespace faiss {
// The name that FAISS 1.7.4 gave it, which faiss-node uses.
using idx_t = Index::idx_t;
}
#endif
