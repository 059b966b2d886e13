using System.Diagnostics;

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>What a Redis server is started with: the program of this machine, or else its image on a Docker engine.</summary>
internal static class RedisEngine
{
    private const string Image = "redis:7";

    private static readonly Lazy<bool> HasProgram = new(() => Succeeds("redis-server", "--version"));
    private static readonly Lazy<bool> HasDocker = new(() => Succeeds("docker", "version"));

    /// <summary>Whether servers are programs of this machine, whose clocks and files a test can change.</summary>
    public static bool IsProgram => HasProgram.Value;

    /// <summary>The command that runs a server in the foreground.</summary>
    /// <param name="name">A name for the container, where there is one.</param>
    /// <param name="arguments">Of the server.</param>
    public static ProcessStartInfo Command(string name, IEnumerable<string> arguments)
    {
        if (HasProgram.Value)
            return new("redis-server", arguments);

        Assert.True(HasDocker.Value, "There is no redis-server on the PATH and no Docker engine that could run its image: install redis-server (tests/run.sh does where it may).");

        // Past the image's own entry point, which would become a user to whom the folder is closed; and under /tmp lie the certificates too.
        var temporary = Path.GetTempPath();
        return new("docker", ["run", "--rm", "--name", name, "--network", "host", "--volume", $"{temporary}:{temporary}", "--entrypoint", "redis-server", Image, .. arguments]);
    }

    /// <summary>Sends a signal to a server.</summary>
    public static void Signal(string name, int processId, int signal)
    {
        if (HasProgram.Value)
            SidecarProcess.Signal(processId, signal);
        else
            Assert.True(Succeeds("docker", "kill", "--signal", $"{signal}", name));
    }

    private static bool Succeeds(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
