namespace Clik2pay.Sidecar.Telemetry.Logging;

/// <summary>The format of the log.</summary>
internal enum LogFormat
{
    /// <summary>One line of text for each message, for people.</summary>
    Text,

    /// <summary>One JSON object for each message, for programs. Values and trace ids have members of their own.</summary>
    Json,
}
