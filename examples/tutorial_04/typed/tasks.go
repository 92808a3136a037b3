// Tutorial 04: error handling and retries, in the typed style.
//
// It shows retry policies with exponential backoff, a fallback for a source
// that fails, paths chosen by a value, and a notification when nothing helped.
//
//cloacina:workflow name=error_handling_workflow input=Input
//cloacina:workflow description="Demonstrates error handling and retry patterns"
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog/log"
)

// Input is what a run starts from.
type Input struct {
	// CacheWorks says whether the fallback has data.
	CacheWorks bool `json:"cache_works"`
}

// Record is one row of a source.
type Record struct {
	ID      int    `json:"id"`
	Value   string `json:"value"`
	Quality int    `json:"quality"`
}

// RawData is what a source delivers.
type RawData struct {
	Records      []Record  `json:"records"`
	Timestamp    time.Time `json:"timestamp"`
	Source       string    `json:"source"`
	TotalRecords int       `json:"total_records"`
}

// Fetched is written by both sources.
type Fetched struct {
	Raw RawData `json:"raw_data"`
}

// ProcessedData says where the records came from and how good they are.
type ProcessedData struct {
	Source       string    `json:"source"`
	QualityScore int       `json:"quality_score"`
	ProcessedAt  time.Time `json:"processed_at"`
}

// Processed is what the two paths read; the score is what their rules test.
type Processed struct {
	Score int           `json:"data_quality_score"`
	Data  ProcessedData `json:"processed_data"`
}

// ProcessingResult says which path was taken and what it did.
type ProcessingResult struct {
	Path                string   `json:"path"`
	QualityScore        int      `json:"quality_score"`
	ProcessingTimeMS    int      `json:"processing_time_ms"`
	EnhancementsApplied []string `json:"enhancements_applied"`
}

// Enhanced is written by both paths.
type Enhanced struct {
	Result ProcessingResult `json:"processing_result"`
}

// Alert is written when both sources failed.
type Alert struct {
	Notification Notification `json:"failure_notification"`
}

// Notification is the alarm.
type Notification struct {
	Status     string    `json:"status"`
	Timestamp  time.Time `json:"timestamp"`
	Message    string    `json:"message"`
	AlertLevel string    `json:"alert_level"`
}

// Findings is what the report reads.
type Findings struct {
	Processed
	Enhanced
}

// Report is the end of a good run.
type Report struct {
	Summary Summary `json:"execution_report"`
}

// Summary is the content of the report.
type Summary struct {
	Status         string    `json:"status"`
	Timestamp      time.Time `json:"timestamp"`
	DataSource     string    `json:"data_source"`
	QualityScore   int       `json:"quality_score"`
	ProcessingPath string    `json:"processing_path"`
}

// FetchData fetches data from the external source.
//
//cloacina:task id=fetch_data retry_attempts=3 retry_delay=1s retry_backoff=exponential allow_failure
func FetchData(ctx context.Context) (Fetched, error) {
	log.Info().Msg("Attempting to fetch data from external source")

	// A network call that fails seven times in ten.
	successRate := 0.3
	if draw() > successRate {
		log.Error().Msg("External source temporarily unavailable - will retry")
		return Fetched{}, errors.New("external source temporarily unavailable")
	}
	if err := sleep(ctx, 500*time.Millisecond); err != nil {
		return Fetched{}, err
	}
	log.Info().Msg("Successfully fetched data from external source")
	return Fetched{RawData{
		Records:      []Record{{1, "data_1", 85}, {2, "data_2", 75}, {3, "data_3", 90}},
		Timestamp:    time.Now().UTC(),
		Source:       "external",
		TotalRecords: 3,
	}}, nil
}

// CachedData falls back to cached data when the fetch failed.
//
//cloacina:task id=cached_data dependencies=fetch_data retry_attempts=0
//cloacina:task trigger_rules=task_failed("fetch_data")
func CachedData(ctx context.Context, in Input) (Fetched, error) {
	log.Info().Msg("Using cached data as fallback")

	if err := sleep(ctx, 100*time.Millisecond); err != nil {
		return Fetched{}, err
	}
	if !in.CacheWorks {
		log.Error().Msg("Cache is empty")
		return Fetched{}, errors.New("cache is empty")
	}
	log.Info().Msg("Successfully loaded cached data")
	return Fetched{RawData{
		Records:      []Record{{1, "cached_1", 60}, {2, "cached_2", 65}, {3, "cached_3", 70}},
		Timestamp:    time.Now().UTC(),
		Source:       "cache",
		TotalRecords: 3,
	}}, nil
}

// ProcessData processes the data, fresh or cached, and evaluates its quality.
//
//cloacina:task id=process_data dependencies=fetch_data,cached_data retry_attempts=0
//cloacina:task trigger_rules=any(task_success("fetch_data"), task_success("cached_data"))
func ProcessData(_ context.Context, in Fetched) (Processed, error) {
	log.Info().Msg("Processing data")

	if len(in.Raw.Records) == 0 {
		return Processed{}, errors.New("no records to process")
	}
	total := 0
	for _, r := range in.Raw.Records {
		total += r.Quality
	}
	average := total / len(in.Raw.Records)
	log.Info().Msgf("Data processing completed with quality score: %d", average)
	return Processed{
		Score: average,
		Data:  ProcessedData{Source: in.Raw.Source, QualityScore: average, ProcessedAt: time.Now().UTC()},
	}, nil
}

// HighQualityProcessing is the premium path, for a quality above 80.
//
//cloacina:task id=high_quality_processing dependencies=process_data retry_attempts=0
//cloacina:task trigger_rules=all(
//cloacina:task     task_success("process_data"),
//cloacina:task     context_value("data_quality_score", greater_than, 80)
//cloacina:task )
func HighQualityProcessing(ctx context.Context, in Processed) (Enhanced, error) {
	log.Info().Msg("Processing high quality data")

	if err := sleep(ctx, 300*time.Millisecond); err != nil {
		return Enhanced{}, err
	}
	log.Info().Msg("High quality processing completed")
	return Enhanced{ProcessingResult{
		Path:                "high_quality",
		QualityScore:        in.Score,
		ProcessingTimeMS:    300,
		EnhancementsApplied: []string{"advanced_validation", "premium_processing"},
	}}, nil
}

// LowQualityProcessing is the basic path, for a quality of 80 or less.
//
//cloacina:task id=low_quality_processing dependencies=process_data retry_attempts=0
//cloacina:task trigger_rules=all(
//cloacina:task     task_success("process_data"),
//cloacina:task     context_value("data_quality_score", less_than, 81)
//cloacina:task )
func LowQualityProcessing(ctx context.Context, in Processed) (Enhanced, error) {
	log.Info().Msg("Processing low quality data")

	if err := sleep(ctx, 100*time.Millisecond); err != nil {
		return Enhanced{}, err
	}
	log.Info().Msg("Low quality processing completed")
	return Enhanced{ProcessingResult{
		Path:                "low_quality",
		QualityScore:        in.Score,
		ProcessingTimeMS:    100,
		EnhancementsApplied: []string{"basic_validation"},
	}}, nil
}

// FailureNotification raises the alarm when both sources failed.
//
//cloacina:task id=failure_notification dependencies=fetch_data,cached_data retry_attempts=0
//cloacina:task trigger_rules=all(task_failed("fetch_data"), task_failed("cached_data"))
func FailureNotification(context.Context) (Alert, error) {
	log.Error().Msg("Critical failure: Both fetch and cache operations failed")

	return Alert{Notification{
		Status:     "critical_failure",
		Timestamp:  time.Now().UTC(),
		Message:    "Both data sources failed",
		AlertLevel: "high",
	}}, nil
}

// FinalReport summarises a run that found data.
//
//cloacina:task id=final_report dependencies=high_quality_processing,low_quality_processing retry_attempts=0
//cloacina:task trigger_rules=any(
//cloacina:task     task_success("high_quality_processing"),
//cloacina:task     task_success("low_quality_processing")
//cloacina:task )
func FinalReport(_ context.Context, in Findings) (Report, error) {
	log.Info().Msg("Generating final execution report")

	report := Report{Summary{
		Status:         "success",
		Timestamp:      time.Now().UTC(),
		DataSource:     in.Data.Source,
		QualityScore:   in.Score,
		ProcessingPath: in.Result.Path,
	}}
	log.Info().Msg("Final report generated successfully")
	return report, nil
}

// sleep stands for work that takes d and stops when the attempt is over.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
