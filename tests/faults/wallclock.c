/* A wall clock that is off by the number of seconds in a file, the monotonic clock left alone: what a wrong NTP step or
 * a restored snapshot does to a process. Rewrite the file and the clock jumps.
 *   cc -shared -fPIC -O2 -o wallclock.so wallclock.c -ldl
 *   echo 3600 > offset; LD_PRELOAD=./wallclock.so WALLCLOCK_FILE=offset program
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static double offset(void) {
    const char *name = getenv("WALLCLOCK_FILE");
    char text[32] = {0};
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? atof(text) : 0;
}

static void shift(struct timespec *moment) {
    double by = offset();
    long seconds = (long)by, nanoseconds = (long)((by - seconds) * 1e9);
    moment->tv_sec += seconds;
    moment->tv_nsec += nanoseconds;
    if (moment->tv_nsec >= 1000000000L) { moment->tv_sec++; moment->tv_nsec -= 1000000000L; }
    if (moment->tv_nsec < 0) { moment->tv_sec--; moment->tv_nsec += 1000000000L; }
}

int clock_gettime(clockid_t clock, struct timespec *moment) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, moment);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) shift(moment);
    return result;
}

int gettimeofday(struct timeval *moment, void *zone) {
    struct timespec now;
    (void)zone;
    int result = clock_gettime(CLOCK_REALTIME, &now);
    if (moment) { moment->tv_sec = now.tv_sec; moment->tv_usec = now.tv_nsec / 1000; }
    return result;
}

time_t time(time_t *out) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (out) *out = now.tv_sec;
    return now.tv_sec;
}
