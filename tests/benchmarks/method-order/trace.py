"""Runs a published program and records which managed methods it calls, in the order of their first calls. Requires Linux on x86-64.

Usage: trace.py FOLDER PROGRAM ARGUMENT…   PROGRAM.dbg contains the debug symbols of the program.

SIGUSR1 ends a phase and begins the next one, which records the first calls again. FOLDER/N contains the names of phase N. The file exists
as soon as the next phase has begun. SIGTERM is forwarded to the program. The exit code is that of the program.

1. Before the program runs, the first byte of each method is replaced by a breakpoint (int3).
2. A thread that calls a method for the first time stops at the breakpoint. The tracer records the name, restores the byte, and sets the
   thread back to the method's start. Further calls of the method run at full speed.
3. At the end of a phase, all breakpoints are set again.
"""

import ctypes, os, pathlib, signal, sys

from symbols import read_methods

# ptrace(2), sys/ptrace.h
TRACEME, PEEKUSER, POKEUSER, CONT, SETOPTIONS = 0, 3, 6, 7, 0x4200
TRACECLONE, EXITKILL = 0x8, 0x100000
# The offset of the register rip in struct user (sys/user.h).
RIP = 16 * 8
# Also waits for threads (waitpid(2)).
WALL = 0x40000000
BREAKPOINT = 0xCC
SIGNALS = {signal.SIGCHLD, signal.SIGUSR1, signal.SIGTERM}

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_ulong, ctypes.c_ulong, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def ptrace(request, thread, address=0, data=0):
    ctypes.set_errno(0)
    result = libc.ptrace(request, thread, address, data)
    if result == -1 and ctypes.get_errno():
        raise OSError(ctypes.get_errno(), f"ptrace({request}) failed")
    return result


def start_program(program, arguments):
    """Starts the program, and returns its process ID when it has stopped before its first instruction."""
    process = os.fork()
    if process == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        ptrace(TRACEME, 0)
        os.execv(program, [program, *arguments])
    os.waitpid(process, 0)
    # Without EXITKILL, the program would continue if the tracer fails, and crash at the next breakpoint.
    ptrace(SETOPTIONS, process, 0, TRACECLONE | EXITKILL)
    return process


class Tracer:
    def __init__(self, folder, program, arguments):
        self.folder, self.phase, self.calls = folder, 1, {}
        start, size, methods = read_methods(program)
        self.process = start_program(program, arguments)
        maps = pathlib.Path(f"/proc/{self.process}/maps").read_text().splitlines()
        base = int(next(line for line in maps if line.endswith(program)).split("-")[0], 16)
        self.methods = {base + offset: name for offset, name in methods.items()}
        self.memory = open(f"/proc/{self.process}/mem", "r+b", buffering=0)
        self.start, self.threads = base + start, {self.process}
        self.memory.seek(self.start)
        self.code = self.memory.read(size)
        self.set_breakpoints()
        ptrace(CONT, self.process)

    def run(self):
        """Returns the exit code of the program."""
        while True:
            received = signal.sigwait(SIGNALS)
            if received == signal.SIGUSR1:
                self.begin_phase()
            elif received == signal.SIGTERM:
                os.kill(self.process, signal.SIGTERM)
            else:
                exit_code = self.continue_threads()
                if exit_code is not None:
                    self.write(self.calls)
                    return exit_code

    def continue_threads(self):
        """Handles all threads that have stopped. One SIGCHLD can announce several. Returns the exit code if the program has ended."""
        while True:
            thread, status = os.waitpid(-1, WALL | os.WNOHANG)
            if thread == 0:
                return None
            if os.WIFSTOPPED(status):
                self.continue_thread(thread, status)
            elif thread == self.process:
                return os.waitstatus_to_exitcode(status)
            else:  # The ID can be given to another thread.
                self.threads.discard(thread)

    def continue_thread(self, thread, status):
        received, event = os.WSTOPSIG(status), status >> 16
        try:
            if event:  # The thread has created another.
                received = 0
            elif received == signal.SIGTRAP:
                received = self.handle_breakpoint(thread)
            elif received == signal.SIGSTOP and thread not in self.threads:  # A new thread begins with a stop.
                self.threads.add(thread)
                received = 0
            ptrace(CONT, thread, 0, received)
        except ProcessLookupError:  # The process has ended in the meantime.
            pass

    def handle_breakpoint(self, thread):
        """Returns the signal to pass on to the thread."""
        address = ptrace(PEEKUSER, thread, RIP) - 1
        if address not in self.methods:
            return signal.SIGTRAP
        # Several threads can stop at the same breakpoint before it is removed.
        if address not in self.calls:
            self.calls[address] = self.methods[address]
            self.memory.seek(address)
            self.memory.write(self.code[address - self.start : address - self.start + 1])
        ptrace(POKEUSER, thread, RIP, address)
        return 0

    def set_breakpoints(self):
        code = bytearray(self.code)
        for address in self.methods:
            code[address - self.start] = BREAKPOINT
        self.memory.seek(self.start)
        self.memory.write(code)

    def begin_phase(self):
        """Sets all breakpoints again, and then writes the calls of the phase that has ended."""
        ended, self.calls = self.calls, {}
        self.set_breakpoints()
        self.write(ended)

    def write(self, calls):
        (self.folder / str(self.phase)).write_text("".join(name + "\n" for name in calls.values()))
        self.phase += 1


if len(sys.argv) < 3 or os.uname().machine != "x86_64":
    raise SystemExit(__doc__)
signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
sys.exit(Tracer(pathlib.Path(sys.argv[1]), os.path.realpath(sys.argv[2]), sys.argv[3:]).run())
