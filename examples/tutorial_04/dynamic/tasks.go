// Tutorial 04: error handling and retries, in the dynamic style.
//
// It shows retry policies with exponential backoff, a fallback for a source
// that fails, paths chosen by a value, and a notification when nothing helped.
//
//cloacina:workflow name=error_handling_workflow
//cloacina:workflow description="Demonstrates error handling and retry patterns"
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"errors"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/rs/zerolog/log"
)

// FetchData fetches data from the external source.
//
//cloacina:task id=fetch_data retry_attempts=3 retry_delay_ms=1000 retry_backoff=exponential allow_failure
func FetchData(ctx context.Context, c *cloacina.Context) error {
	log.Info().Msg("Attempting to fetch data from external source")

	// A network call that fails seven times in ten.
	successRate := 0.3
	if draw() > successRate {
		log.Error().Msg("External source temporarily unavailable - will retry")
		return errors.New("external source temporarily unavailable")
	}
	if err := sleep(ctx, 500*time.Millisecond); err != nil {
		return err
	}
	err := c.Insert("raw_data", map[string]any{
		"records": []record{
			{ID: 1, Value: "data_1", Quality: 85},
			{ID: 2, Value: "data_2", Quality: 75},
			{ID: 3, Value: "data_3", Quality: 90},
		},
		"timestamp":     time.Now().UTC(),
		"source":        "external",
		"total_records": 3,
	})
	if err != nil {
		return err
	}
	log.Info().Msg("Successfully fetched data from external source")
	return nil
}

// CachedData falls back to cached data when the fetch failed.
//
//cloacina:task id=cached_data dependencies=fetch_data retry_attempts=0
//cloacina:task trigger_rules=task_failed("fetch_data")
func CachedData(ctx context.Context, c *cloacina.Context) error {
	log.Info().Msg("Using cached data as fallback")

	if err := sleep(ctx, 100*time.Millisecond); err != nil {
		return err
	}
	if !cacheWorks {
		log.Error().Msg("Cache is empty")
		return errors.New("cache is empty")
	}
	err := c.Insert("raw_data", map[string]any{
		"records": []record{
			{ID: 1, Value: "cached_1", Quality: 60},
			{ID: 2, Value: "cached_2", Quality: 65},
			{ID: 3, Value: "cached_3", Quality: 70},
		},
		"timestamp":     time.Now().UTC(),
		"source":        "cache",
		"total_records": 3,
	})
	if err != nil {
		return err
	}
	log.Info().Msg("Successfully loaded cached data")
	return nil
}

// ProcessData processes the data, fresh or cached, and evaluates its quality.
//
//cloacina:task id=process_data dependencies=fetch_data,cached_data retry_attempts=0
//cloacina:task trigger_rules=any(task_success("fetch_data"), task_success("cached_data"))
func ProcessData(_ context.Context, c *cloacina.Context) error {
	log.Info().Msg("Processing data")

	raw, err := cloacina.Get[rawData](c, "raw_data")
	if err != nil {
		return err
	}
	if len(raw.Records) == 0 {
		return errors.New("no records to process")
	}
	total := 0
	for _, r := range raw.Records {
		total += r.Quality
	}
	average := total / len(raw.Records)

	if err := c.Insert("data_quality_score", average); err != nil {
		return err
	}
	err = c.Insert("processed_data", map[string]any{
		"source":        raw.Source,
		"quality_score": average,
		"processed_at":  time.Now().UTC(),
	})
	if err != nil {
		return err
	}
	log.Info().Msgf("Data processing completed with quality score: %d", average)
	return nil
}

// HighQualityProcessing is the premium path, for a quality above 80.
//
//cloacina:task id=high_quality_processing dependencies=process_data retry_attempts=0
//cloacina:task trigger_rules=all(
//cloacina:task     task_success("process_data"),
//cloacina:task     context_value("data_quality_score", greater_than, 80)
//cloacina:task )
func HighQualityProcessing(ctx context.Context, c *cloacina.Context) error {
	log.Info().Msg("Processing high quality data")

	processed, err := cloacina.Get[processedData](c, "processed_data")
	if err != nil {
		return err
	}
	if err := sleep(ctx, 300*time.Millisecond); err != nil {
		return err
	}
	err = c.Insert("processing_result", map[string]any{
		"path":                 "high_quality",
		"quality_score":        processed.QualityScore,
		"processing_time_ms":   300,
		"enhancements_applied": []string{"advanced_validation", "premium_processing"},
	})
	if err != nil {
		return err
	}
	log.Info().Msg("High quality processing completed")
	return nil
}

// LowQualityProcessing is the basic path, for a quality of 80 or less.
//
//cloacina:task id=low_quality_processing dependencies=process_data retry_attempts=0
//cloacina:task trigger_rules=all(
//cloacina:task     task_success("process_data"),
//cloacina:task     context_value("data_quality_score", less_than, 81)
//cloacina:task )
func LowQualityProcessing(ctx context.Context, c *cloacina.Context) error {
	log.Info().Msg("Processing low quality data")

	processed, err := cloacina.Get[processedData](c, "processed_data")
	if err != nil {
		return err
	}
	if err := sleep(ctx, 100*time.Millisecond); err != nil {
		return err
	}
	err = c.Insert("processing_result", map[string]any{
		"path":                 "low_quality",
		"quality_score":        processed.QualityScore,
		"processing_time_ms":   100,
		"enhancements_applied": []string{"basic_validation"},
	})
	if err != nil {
		return err
	}
	log.Info().Msg("Low quality processing completed")
	return nil
}

// FailureNotification raises the alarm when both sources failed.
//
//cloacina:task id=failure_notification dependencies=fetch_data,cached_data retry_attempts=0
//cloacina:task trigger_rules=all(task_failed("fetch_data"), task_failed("cached_data"))
func FailureNotification(_ context.Context, c *cloacina.Context) error {
	log.Error().Msg("Critical failure: Both fetch and cache operations failed")

	return c.Insert("failure_notification", map[string]any{
		"status":      "critical_failure",
		"timestamp":   time.Now().UTC(),
		"message":     "Both data sources failed",
		"alert_level": "high",
	})
}

// FinalReport summarises a run that found data.
//
//cloacina:task id=final_report dependencies=high_quality_processing,low_quality_processing retry_attempts=0
//cloacina:task trigger_rules=any(
//cloacina:task     task_success("high_quality_processing"),
//cloacina:task     task_success("low_quality_processing")
//cloacina:task )
func FinalReport(_ context.Context, c *cloacina.Context) error {
	log.Info().Msg("Generating final execution report")

	processed, err := cloacina.Get[processedData](c, "processed_data")
	if err != nil {
		return err
	}
	result, err := cloacina.Get[processingResult](c, "processing_result")
	if err != nil {
		return err
	}
	err = c.Insert("execution_report", map[string]any{
		"execution_summary": map[string]any{
			"status":          "success",
			"timestamp":       time.Now().UTC(),
			"data_source":     processed.Source,
			"quality_score":   processed.QualityScore,
			"processing_path": result.Path,
		},
	})
	if err != nil {
		return err
	}
	log.Info().Msg("Final report generated successfully")
	return nil
}

// record is one row of a source.
type record struct {
	ID      int    `json:"id"`
	Value   string `json:"value"`
	Quality int    `json:"quality"`
}

// rawData, processedData and processingResult are what tasks read of the
// values that others wrote.
type (
	rawData struct {
		Records []record `json:"records"`
		Source  string   `json:"source"`
	}
	processedData struct {
		Source       string `json:"source"`
		QualityScore int    `json:"quality_score"`
	}
	processingResult struct {
		Path string `json:"path"`
	}
)

// sleep stands for work that takes d and stops when the attempt is over.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
