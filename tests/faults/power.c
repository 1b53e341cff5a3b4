/* Writes down, in the order in which they were done, what a process does to the files below POWER_FOLDER: bytes written, what was
   forced to the disk, names given. `power.py` reads it and knows what a cut of the power would leave at any moment.
   A record: double moment, char deed, int32 lengths of path and second path, int64 offset and number of bytes; then these. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

struct __attribute__((packed)) head {
    double moment;
    char deed;
    int32_t path, other;
    int64_t offset, size;
};

static const char *folder(void) { return getenv("POWER_FOLDER"); }

static int is_ours(const char *path) {
    const char *ours = folder();
    return ours && strncmp(path, ours, strlen(ours)) == 0;
}

static int path_of(int file, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_ours(path);
}

static void tell(char deed, const char *path, const char *other, const void *content, int64_t offset, int64_t size) {
    static ssize_t (*of_libc)(int, const struct iovec *, int);
    static int log = -1;
    if (!of_libc) of_libc = dlsym(RTLD_NEXT, "writev");
    if (log < 0) log = open(getenv("POWER_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    struct head head = {now.tv_sec + now.tv_nsec / 1e9, deed, strlen(path), other ? strlen(other) : 0, offset, size};
    struct iovec parts[4] = {
        {&head, sizeof head}, {(void *)path, head.path}, {(void *)other, head.other}, {(void *)content, content ? size : 0}};
    of_libc(log, parts, 4);
}

#define LIBC(name) static __typeof__(&name) of_libc; if (!of_libc) of_libc = dlsym(RTLD_NEXT, #name)

ssize_t pwrite64(int file, const void *content, size_t size, off64_t offset) {
    LIBC(pwrite64);
    char path[PATH_MAX];
    ssize_t done = of_libc(file, content, size, offset);
    if (done > 0 && path_of(file, path)) tell('w', path, NULL, content, offset, done);
    return done;
}

ssize_t pwrite(int file, const void *content, size_t size, off_t offset) { return pwrite64(file, content, size, offset); }

ssize_t write(int file, const void *content, size_t size) {
    LIBC(write);
    char path[PATH_MAX];
    off_t offset = lseek(file, 0, SEEK_CUR);
    ssize_t done = of_libc(file, content, size);
    if (done > 0 && offset >= 0 && path_of(file, path)) tell('w', path, NULL, content, offset, done);
    return done;
}

int fsync(int file) {
    LIBC(fsync);
    char path[PATH_MAX];
    int failed = of_libc(file);
    if (!failed && path_of(file, path)) tell('s', path, NULL, NULL, 0, 0);
    return failed;
}

int fdatasync(int file) {
    LIBC(fdatasync);
    char path[PATH_MAX];
    int failed = of_libc(file);
    if (!failed && path_of(file, path)) tell('s', path, NULL, NULL, 0, 0);
    return failed;
}

int ftruncate64(int file, off64_t size) {
    LIBC(ftruncate64);
    char path[PATH_MAX];
    int failed = of_libc(file, size);
    if (!failed && path_of(file, path)) tell('t', path, NULL, NULL, size, 0);
    return failed;
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int rename(const char *from, const char *to) {
    LIBC(rename);
    int failed = of_libc(from, to);
    if (!failed && is_ours(to)) tell('r', from, to, NULL, 0, 0);
    return failed;
}

int unlink(const char *path) {
    LIBC(unlink);
    int failed = of_libc(path);
    if (!failed && is_ours(path)) tell('u', path, NULL, NULL, 0, 0);
    return failed;
}
