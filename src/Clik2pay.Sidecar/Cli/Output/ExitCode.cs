namespace Clik2pay.Sidecar.Cli.Output;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int BadCommandLine = 1;

    /// <summary>A command to a running sidecar failed.</summary>
    public const int Failed = 1;
    public const int BadConfiguration = 2;
    public const int RedisUnusable = 3;
    public const int CredentialsRefused = 4;
    public const int TokenEndpointUnreachable = 5;
    public const int ApiUnreachable = 6;
}
