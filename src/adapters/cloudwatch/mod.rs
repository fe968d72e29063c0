//! CloudWatch over the AWS SDK: metric data and alarms.
