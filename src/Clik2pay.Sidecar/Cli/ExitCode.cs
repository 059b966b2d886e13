namespace Clik2pay.Sidecar.Cli;

/// <summary>What the process ends with.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int BadCommandLine = 1;

    /// <summary>Of a verb that asks the sidecar beside it: it did not do as asked.</summary>
    public const int Failed = 1;
    public const int BadConfiguration = 2;
    public const int RedisUnusable = 3;
    public const int CredentialsRefused = 4;
    public const int TokenEndpointUnreachable = 5;
    public const int ApiUnreachable = 6;
}
