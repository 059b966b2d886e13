using Clik2pay.Sidecar.Telemetry.Logging;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>Creates loggers whose messages name a profile. Used if there are several profiles.</summary>
internal sealed class ProfileLoggers(ILoggerFactory inner, string profile) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new PrefixedLogger(inner.CreateLogger(categoryName), "Profile", profile);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    /// <summary>The inner factory belongs to the host.</summary>
    public void Dispose()
    {
    }
}
