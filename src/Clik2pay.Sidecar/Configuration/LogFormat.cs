namespace Clik2pay.Sidecar.Configuration;

/// <summary>How the lines of the log are written.</summary>
internal enum LogFormat
{
    /// <summary>For people: a line each.</summary>
    Text,

    /// <summary>For programs: an object each, with the values and the trace apart from the sentence.</summary>
    Json,
}
