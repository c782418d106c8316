/* A set of integers below n in two levels of bits: bit w of the summary says that word w
   of the set is not zero. Adding is O(1), and listing its members in ascending order
   O(members + n / 4096). */
#ifndef SKMNN_BITSET_H
#define SKMNN_BITSET_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define SKMNN_LOWEST_BIT(word) __builtin_ctzll(word)
#elif defined(_MSC_VER) && defined(_WIN64)
#include <intrin.h>
static __inline int SKMNN_LOWEST_BIT(uint64_t word)
{
    unsigned long index;
    _BitScanForward64(&index, word);
    return (int)index;
}
#else
static int SKMNN_LOWEST_BIT(uint64_t word)
{
    int index = 0;
    for (; !(word & 1); word >>= 1)
        index++;
    return index;
}
#endif

/* Asks for the 128 bytes from an address on. */
static inline void bitset_prefetch(const void *address)
{
#if defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(address);
    __builtin_prefetch((const char *)address + 64);
#else
    (void)address;
#endif
}

/* Adds `member`; 1 if it is new, otherwise 0. */
static inline int bitset_add(uint64_t *summary, uint64_t *words, int32_t member)
{
    const int32_t word = member >> 6;
    const uint64_t before = words[word], bit = (uint64_t)1 << (member & 63);
    words[word] = before | bit;
    summary[word >> 6] |= (uint64_t)1 << (word & 63);
    return !(before & bit);
}

/* Writes the members in ascending order, unless `members` is NULL, and empties the set.
   Returns their number (0 without `members`). */
static inline ptrdiff_t bitset_drain(
    ptrdiff_t n_summary, uint64_t *summary, uint64_t *words, int32_t *members)
{
    ptrdiff_t count = 0;
    for (ptrdiff_t s = 0; s < n_summary; s++) {
        uint64_t groups = summary[s];
        for (; groups; groups &= groups - 1) {
            const ptrdiff_t word = s * 64 + SKMNN_LOWEST_BIT(groups);
            if (members)
                for (uint64_t bits = words[word]; bits; bits &= bits - 1)
                    members[count++] = (int32_t)(word * 64 + SKMNN_LOWEST_BIT(bits));
            words[word] = 0;
        }
        summary[s] = 0;
    }
    return count;
}

#endif
