using System.Globalization;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// Requests and answers are worked on by the threads to which the kernel tells that something has arrived, without handing them over to the thread
/// pool: a quarter less CPU time of each, and less waiting. Such a thread serves many connections, so whatever goes on for long leaves it
/// (<see cref="Task.Yield"/>), and nothing blocks it.
/// </summary>
internal static class EventThreads
{
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Count = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>One serves tens of thousands of requests a second.</summary>
    private const int Most = 4;

    /// <summary>Whether the platform was told to; its usual way is another.</summary>
    public static bool AreUsed => Environment.GetEnvironmentVariable(Inline) == "1";

    /// <summary>
    /// Half of the processors: the application has the others. As few as can be, because a request whose two connections have two threads is
    /// handed from one to the other and back.
    /// </summary>
    private static int DefaultCount => Math.Clamp(Environment.ProcessorCount / 2, 1, Most);

    /// <summary>Tells the platform, before the first socket, since it reads these variables once. What is set already counts, but for no number of threads.</summary>
    public static void Use()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Inline)))
            Environment.SetEnvironmentVariable(Inline, "1");
        if (AreUsed && !(int.TryParse(Environment.GetEnvironmentVariable(Count), CultureInfo.InvariantCulture, out var count) && count > 0))
            Environment.SetEnvironmentVariable(Count, DefaultCount.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>For each connection of a listener.</summary>
    public static void LeaveOften(ListenOptions listen) => listen.Use(next => connection =>
    {
        var reader = new LeavingReader(connection.Transport);
        connection.Transport = reader;
        connection.Features.Set(reader);
        return next(connection);
    });
}
