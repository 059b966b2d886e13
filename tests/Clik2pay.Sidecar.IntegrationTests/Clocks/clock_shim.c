/* Loaded with LD_PRELOAD. Adds two offsets in seconds, read from a shared file, to the clocks of one process: offsets[0] to the wall clock,
   offsets[1] to the clock that counts the time a machine is suspended. CLOCK_MONOTONIC is not changed. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *offsets;

__attribute__((constructor)) static void map_offsets(void) {
  const char *path = getenv("CLOCK_OFFSETS");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  void *map = file < 0 ? MAP_FAILED : mmap(0, 2 * sizeof *offsets, PROT_READ, MAP_SHARED, file, 0);
  if (map == MAP_FAILED)
    abort(); /* Do not run a test with unchanged clocks. */
  offsets = map;
  close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int result = syscall(SYS_clock_gettime, clock, now);
  if (result || !offsets)
    return result;
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI)
    now->tv_sec += offsets[0];
  else if (clock == CLOCK_BOOTTIME)
    now->tv_sec += offsets[1];
  return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  int result = syscall(SYS_gettimeofday, now, zone);
  if (!result && offsets)
    now->tv_sec += offsets[0];
  return result;
}

time_t time(time_t *seconds) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (seconds)
    *seconds = now.tv_sec;
  return now.tv_sec;
}
