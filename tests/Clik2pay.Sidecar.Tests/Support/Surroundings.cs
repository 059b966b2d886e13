using System.Globalization;
using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>Commands that execute the program in unusual surroundings, for <see cref="SidecarProcess.StartBy"/>.</summary>
internal static class Surroundings
{
    public const int NotPermitted = 1;
    public const int NotImplemented = 38;

    /// <summary>A seccomp filter like those of container engines and systemd. One system call fails, and all others work.</summary>
    private const string Filter = """
        import ctypes, os, struct, sys
        number, error = int(sys.argv[1]), int(sys.argv[2])
        code = lambda op, yes, no, value: struct.pack("HBBI", op, yes, no, value)
        rules = code(0x20, 0, 0, 0) + code(0x15, 0, 1, number) + code(0x06, 0, 0, 0x50000 | error) + code(0x06, 0, 0, 0x7FFF0000)
        rules = ctypes.create_string_buffer(rules, len(rules))
        program = struct.pack("HxxxxxxQ", len(rules) // 8, ctypes.addressof(rules))
        libc = ctypes.CDLL(None)
        assert libc.prctl(38, 1, 0, 0, 0) == 0
        assert libc.prctl(22, 2, ctypes.create_string_buffer(program, len(program)), 0, 0) == 0
        os.execv(sys.argv[3], sys.argv[3:])
        """;

    /// <summary>A working directory that was deleted.</summary>
    public static string[] DeletedWorkingDirectory => Shell("mkdir gone && cd gone && rmdir ../gone");

    /// <summary>Runs the program so that file modes apply to its user. They do not apply to root with its capabilities.</summary>
    public static string[] WithoutCapabilities =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];

    public static string[] ClosedStandardError => Shell("exec 2>&-");

    public static string[] FullOutput => Shell("exec >/dev/full");

    public static string[] Ignoring(string signal) => Shell($"trap '' {signal}");

    /// <param name="call">One of <c>inotify_init1</c>, <c>inotify_add_watch</c> and <c>sched_setscheduler</c>.</param>
    /// <param name="error">The error number that the call returns.</param>
    public static string[] FailingSystemCall(string call, int error)
    {
        var isArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        var number = call switch
        {
            "inotify_init1" => isArm ? 26 : 294,
            "inotify_add_watch" => isArm ? 27 : 254,
            "sched_setscheduler" => isArm ? 119 : 144,
            _ => throw new ArgumentOutOfRangeException(nameof(call), call, "No number of this system call is known."),
        };
        return ["python3", "-c", Filter, number.ToString(CultureInfo.InvariantCulture), error.ToString(CultureInfo.InvariantCulture)];
    }

    private static string[] Shell(string before) => ["bash", "-c", $"{before}; exec \"$@\"", "bash"];
}
